import { limits } from './limits.ts'
import { hasSomethingToSee } from './names/sight.ts'

/** How many bytes a well-formed text has in UTF-8, without writing them. */
export const utf8Length = (text: string): number => {
  let count = 0
  for (const character of text) {
    const code = character.codePointAt(0) as number
    count += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4
  }
  return count
}

/** Why a text is no message, on either lane. */
export type MessageTextProblem = 'malformed' | 'empty' | 'long'

/** The one rule for what people, programs and scripts say: well-formed, something to see, `limits.textBytesMax` at most. */
export const messageTextProblem = (text: string): MessageTextProblem | undefined => {
  if (!text.isWellFormed()) return 'malformed'
  if (!hasSomethingToSee(text)) return 'empty'
  return utf8Length(text) > limits.textBytesMax ? 'long' : undefined
}
