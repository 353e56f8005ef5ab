import { MlsError } from './error.ts'
import { type Crypto, deriveTreeSecret } from './labels.ts'

/** A key for one message (RFC 9420 §9.1). */
export interface MessageKey {
  readonly generation: number
  readonly key: Uint8Array
  readonly nonce: Uint8Array
}

/**
 * The hash ratchet of one sender for one kind of content (RFC 9420 §9.1).
 *
 * Of a message that was passed over, key and nonce are kept and nothing else: a ratchet secret kept for it would open
 * everything from there on, and with it messages that were read and deleted long ago.
 */
export interface Ratchet {
  /** The secret of `generation`, which is the first that was not used. */
  readonly secret: Uint8Array
  readonly generation: number
  /** In increasing order of generations. */
  readonly skipped: readonly MessageKey[]
}

export interface RatchetLimits {
  /** How many generations may be passed over at once. */
  readonly forwardStepsMax: number
  /** How many keys of messages passed over are kept for each ratchet, and over how many generations. */
  readonly skippedKeysMax: number
  readonly skippedGenerationsMax: number
}

/** A ratchet after a key was taken from it. */
export interface Taken {
  readonly ratchet: Ratchet
  readonly messageKey: MessageKey
  readonly consumed: readonly Uint8Array[]
}

/** There is no generation after it: the counter would come round, and keys with it. */
const generationMax = 0xffff_ffff

export const ratchetOf = (secret: Uint8Array): Ratchet => ({ secret, generation: 0, skipped: [] })

/** The next key, to send with. @throws MlsError `limit_exceeded` at the end of the counter */
export const takeNext = (crypto: Crypto, ratchet: Ratchet): Taken => {
  assertGeneration(ratchet.generation)
  const { messageKey, next } = step(crypto, ratchet)
  return { ratchet: next, messageKey, consumed: [ratchet.secret, messageKey.key, messageKey.nonce] }
}

/**
 * The key of a generation that a message names.
 *
 * @throws MlsError `limit_exceeded` when it is too far ahead, `key_consumed` when it was taken or given up before
 */
export const takeAt = (
  crypto: Crypto,
  limits: RatchetLimits,
  ratchet: Ratchet,
  generation: number,
): Taken => {
  assertGeneration(generation)
  if (generation < ratchet.generation) return takeSkipped(ratchet, generation)
  if (generation - ratchet.generation > limits.forwardStepsMax)
    throw new MlsError('limit_exceeded', `generation ${generation}, when ${ratchet.generation} is the next`)

  const consumed: Uint8Array[] = []
  const passed: MessageKey[] = []
  let at = ratchet
  while (at.generation < generation) {
    const { messageKey, next } = step(crypto, at)
    consumed.push(at.secret)
    passed.push(messageKey)
    at = next
  }
  const { messageKey, next } = step(crypto, at)
  consumed.push(at.secret, messageKey.key, messageKey.nonce)
  const { kept, dropped } = prune(limits, [...ratchet.skipped, ...passed], next.generation)
  for (const { key, nonce } of dropped) consumed.push(key, nonce)
  return { ratchet: { ...next, skipped: kept }, messageKey, consumed }
}

const assertGeneration = (generation: number): void => {
  if (generation >= generationMax) throw new MlsError('limit_exceeded', `generation ${generation}`)
}

const step = (
  crypto: Crypto,
  { secret, generation, skipped }: Ratchet,
): { readonly messageKey: MessageKey; readonly next: Ratchet } => {
  // Keys that come of zeros are anyone's: a state whose secrets were wiped must never be used again.
  if (secret.every((byte) => byte === 0)) throw new MlsError('invalid_use', 'a state that was wiped')
  const { keyBytes, nonceBytes, hashBytes } = crypto.suite
  return {
    messageKey: {
      generation,
      key: deriveTreeSecret(crypto, secret, 'key', generation, keyBytes),
      nonce: deriveTreeSecret(crypto, secret, 'nonce', generation, nonceBytes),
    },
    next: {
      secret: deriveTreeSecret(crypto, secret, 'secret', generation, hashBytes),
      generation: generation + 1,
      skipped,
    },
  }
}

const takeSkipped = (ratchet: Ratchet, generation: number): Taken => {
  const messageKey = ratchet.skipped.find((kept) => kept.generation === generation)
  if (!messageKey) throw new MlsError('key_consumed', `generation ${generation}`)
  return {
    ratchet: { ...ratchet, skipped: ratchet.skipped.filter((kept) => kept !== messageKey) },
    messageKey,
    consumed: [messageKey.key, messageKey.nonce],
  }
}

/** What stays of the keys of messages passed over: the latest, and none that is too old. */
const prune = (
  limits: RatchetLimits,
  skipped: readonly MessageKey[],
  generation: number,
): { readonly kept: readonly MessageKey[]; readonly dropped: readonly MessageKey[] } => {
  const oldest = generation - limits.skippedGenerationsMax
  const tooOld = skipped.findIndex((key) => key.generation >= oldest)
  const start = Math.max(tooOld === -1 ? skipped.length : tooOld, skipped.length - limits.skippedKeysMax)
  return start === 0
    ? { kept: skipped, dropped: [] }
    : { kept: skipped.slice(start), dropped: skipped.slice(0, start) }
}
