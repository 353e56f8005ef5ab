import { SottoError } from '@sotto/client'
import { linesOfInput, wholeInput } from './lines.ts'
import type { Output } from './output.ts'

/** What shows nothing: blanks, controls, fillers, marks that have nothing to stand on. */
const unseen = /^[\p{Default_Ignorable_Code_Point}\p{Z}\p{Cc}\p{Cs}\p{M}\u2800\ufff9-\ufffb]*$/u

/** Whether a text shows nothing. */
export const isEmpty = (text: string): boolean => unseen.test(text)

const oneText = (text: string): string => {
  if (isEmpty(text)) throw new SottoError('bad_request', 'there is nothing to send')
  return text
}

/** Blank lines part what others write, and say nothing: they are no messages, and nothing of them is kept quiet. */
async function* linesWithWords(output: Output): AsyncIterable<string> {
  let blank = 0
  try {
    for await (const line of linesOfInput())
      if (isEmpty(line)) blank += 1
      else yield line
  } finally {
    if (blank > 0)
      output.notice(
        { notice: 'blank_lines', count: blank },
        `${blank === 1 ? 'One blank line' : `${blank} blank lines`} passed over: a blank line is no message.`,
      )
  }
}

/** Where the texts come from that a command sends. */
export interface TextSource {
  /** From the command line. */
  readonly text: string | undefined
  /** All of standard input is one. */
  readonly whole: boolean
}

/**
 * The texts that are to be sent: the one that was given, all of standard input, or each of its lines.
 *
 * @throws SottoError `bad_request` for what is empty, or no text; it says in which line
 */
export async function* textsOf({ text, whole }: TextSource, output: Output): AsyncIterable<string> {
  if (text !== undefined) yield oneText(text)
  else if (whole) yield oneText(await wholeInput())
  else yield* linesWithWords(output)
}
