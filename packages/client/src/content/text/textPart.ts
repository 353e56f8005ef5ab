import { hasSomethingToSee, limits, literal, SottoError, text } from '@sotto/protocol'
import { fields, shaped, string } from '../../commands/input.ts'
import type { DraftType } from '../draftType.ts'

/** Words of a draft. */
export interface TextPart {
  readonly kind: 'text'
  readonly text: string
}

export const textPart: DraftType<TextPart> = {
  kind: 'text',
  tag: 0,
  fields: { text: text(limits.textBytesMax) },
  input: fields({ kind: shaped(literal('text')), text: string }),
  kept: (part) => {
    if (part.text.length > limits.textBytesMax) throw new SottoError('too_large')
    return part.text === '' ? null : { kind: 'text', text: part.text.toWellFormed() }
  },
  isBlank: (part) => !hasSomethingToSee(part.text),
}
