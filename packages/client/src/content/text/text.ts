import { encodeCanonical, messageTextProblem, SottoError } from '@sotto/protocol'
import { textOf } from '../../draft/draft.ts'
import type { ContentType } from '../contentType.ts'

/** What a member says. */
export interface Text {
  readonly kind: 'text'
  readonly text: string
  readonly writtenMs: number
}

/**
 * @throws SottoError `too_large` when the text has more than `limits.textBytesMax` bytes, `text_empty` where nothing of it
 * would be seen, `bad_request` when it is not well-formed Unicode
 */
export const encodeText = (text: string, salt: Uint8Array, writtenMs: number): Uint8Array => {
  switch (messageTextProblem(text)) {
    case 'malformed':
      throw new SottoError('bad_request', 'text is not well-formed Unicode')
    case 'empty':
      throw new SottoError('text_empty')
    case 'long':
      throw new SottoError('too_large')
    case undefined:
      return encodeCanonical({ t: 'text', salt, ts: writtenMs, md: text })
  }
}

export const text: ContentType<Text> = {
  kind: 'text',
  read: ({ md }, writtenMs) =>
    typeof md === 'string' && md.isWellFormed() ? { kind: 'text', text: md, writtenMs } : undefined,
  summary: (content) => content.text,
  drafted: (draft) =>
    draft.relations.length === 0 && draft.parts.every(({ kind }) => kind === 'text')
      ? (salt, writtenMs) => encodeText(textOf(draft), salt, writtenMs)
      : undefined,
}
