import { hasSomethingToSee, SottoError } from '@sotto/client'
import { linesOfInput, wholeInput } from './lines.ts'
import type { Output } from './output.ts'

const oneText = (text: string): string => {
  if (!hasSomethingToSee(text)) throw new SottoError('text_empty')
  return text
}

/** Blank lines part what others write, and say nothing: they are no messages, and nothing of them is kept quiet. */
async function* linesWithWords(output: Output): AsyncIterable<string> {
  let blank = 0
  try {
    for await (const line of linesOfInput())
      if (!hasSomethingToSee(line)) blank += 1
      else yield line
  } finally {
    if (blank > 0)
      output.notice(
        { notice: 'blank_lines', count: blank },
        `${blank === 1 ? 'One blank line' : `${blank} blank lines`} skipped: a blank line is not a message.`,
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
 * @throws SottoError `text_empty`; `bad_request` for what is no text: it says in which line
 */
export async function* textsOf({ text, whole }: TextSource, output: Output): AsyncIterable<string> {
  if (text !== undefined) yield oneText(text)
  else if (whole) yield oneText(await wholeInput())
  else yield* linesWithWords(output)
}
