import { encodeCanonical, SottoError } from '@sotto/protocol'
import type { ContentType } from '../contentType.ts'
import { emojiOf } from './emoji.ts'
import { reactionsIn, type ReactionView } from './reactions.ts'

/** What an account says about a message with one emoji: that it is there, or not any more. */
export interface React {
  readonly kind: 'react'
  /** `messageReference` of the message. */
  readonly reference: Uint8Array
  readonly emoji: string
  readonly isOn: boolean
  readonly writtenMs: number
}

const referenceBytes = 32

/** @throws SottoError `bad_request` for what is not one emoji */
export const encodeReact = (
  { reference, emoji, isOn }: Pick<React, 'reference' | 'emoji' | 'isOn'>,
  salt: Uint8Array,
  writtenMs: number,
): Uint8Array => {
  const form = emojiOf(emoji)
  if (form === undefined) throw new SottoError('bad_request', 'a reaction is one emoji')
  return encodeCanonical({ t: 'react', salt, ts: writtenMs, ref: reference, emoji: form, on: isOn })
}

/** Reactions of a message; absent where there are none. */
export interface Reactions {
  readonly reactions?: readonly ReactionView[]
}

export const react: ContentType<React, Reactions> = {
  kind: 'react',
  read: ({ ref, emoji, on }, writtenMs) => {
    if (!(ref instanceof Uint8Array) || ref.length !== referenceBytes) return undefined
    if (typeof emoji !== 'string' || typeof on !== 'boolean') return undefined
    const form = emojiOf(emoji)
    return form === undefined
      ? undefined
      : { kind: 'react', reference: ref, emoji: form, isOn: on, writtenMs }
  },
  summary: ({ emoji }) => emoji,
  target: ({ reference, emoji }) => ({ reference, key: emoji }),
  added: (marks, senderOf) => {
    const reactions = reactionsIn(marks, senderOf)
    return reactions.length > 0 ? { reactions } : {}
  },
}
