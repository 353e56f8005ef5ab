import { decode, decodeMessage, type Provider } from '@sotto/mls'
import { hex } from './words.ts'

/** Which key has sealed what, of everything that has left a device (I8). */
export interface Seals {
  watch(provider: Provider): Provider
  left(message: Uint8Array): void
  /** Keys of messages that were used for more than one. */
  readonly reused: string[]
  used(): number
}

const tagBytes = 16

/** A ciphertext is known by its tag. */
const tagOf = (sealed: Uint8Array): string => hex(sealed.subarray(-tagBytes))

/**
 * A message key of MLS is used once. What was sealed and never sent has not used it: a device that stops before it has
 * stored what it was about to send seals again (F15).
 */
export const watchSeals = (): Seals => {
  const keys = new Map<string, string>()
  const sent = new Map<string, string>()
  const reused: string[] = []
  return {
    reused,
    used: () => sent.size,
    watch: (provider) => ({
      ...provider,
      aeadSeal: (name, key, nonce, aad, plaintext) => {
        const sealed = provider.aeadSeal(name, key, nonce, aad, plaintext) as Uint8Array
        keys.set(tagOf(sealed), hex(key))
        return sealed
      },
    }),
    left: (bytes) => {
      const message = decode(decodeMessage, bytes)
      if (message.kind !== 'private') return
      for (const sealed of [message.message.ciphertext, message.message.encryptedSenderData]) {
        const tag = tagOf(sealed)
        const key = keys.get(tag)
        if (key === undefined) continue
        const before = sent.get(key)
        if (before !== undefined && before !== tag) reused.push(`${before} and ${tag}`)
        sent.set(key, tag)
      }
    },
  }
}
