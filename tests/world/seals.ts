import { decode, decodeMessage, type Provider } from '@sotto/mls'
import { hex } from './words.ts'

/** Which key has sealed what, of everything that has left a device (I8). */
export interface Seals {
  watch(provider: Provider): Provider
  left(device: string, message: Uint8Array): void
  /** Keys of messages that were used for more than one, by whom. */
  readonly reused: Reuse[]
  /** The key that sealed a message; undefined for what was not sealed here. */
  keyOf(message: Uint8Array): string | undefined
}

export interface Reuse {
  readonly device: string
  readonly what: string
  /** The same nonce too: then the messages are as good as open. */
  readonly isSameNonce: boolean
}

const tagBytes = 16

/** A ciphertext is known by its tag. */
const tagOf = (sealed: Uint8Array): string => hex(sealed.subarray(-tagBytes))

/**
 * A message key of MLS is used once. What was sealed and never sent has not used it: a device that stops before it has
 * stored what it was about to send seals again.
 */
export const watchSeals = (): Seals => {
  const seals = new Map<string, { readonly key: string; readonly nonce: string }>()
  const sent = new Map<string, string>()
  const reused: Reuse[] = []
  return {
    reused,
    keyOf: (bytes) => seals.get(tagOf(bytes))?.key,
    watch: (provider) => ({
      ...provider,
      aeadSeal: (name, key, nonce, aad, plaintext) => {
        const sealed = provider.aeadSeal(name, key, nonce, aad, plaintext) as Uint8Array
        seals.set(tagOf(sealed), { key: hex(key), nonce: hex(nonce) })
        return sealed
      },
    }),
    left: (device, bytes) => {
      const message = decode(decodeMessage, bytes)
      if (message.kind !== 'private') return
      const tag = tagOf(message.message.ciphertext)
      const seal = seals.get(tag)
      if (!seal) return
      const before = sent.get(seal.key)
      if (before !== undefined && before !== tag)
        reused.push({
          device,
          what: `${before} and ${tag}`,
          isSameNonce: seals.get(before)?.nonce === seal.nonce,
        })
      sent.set(seal.key, tag)
    },
  }
}
