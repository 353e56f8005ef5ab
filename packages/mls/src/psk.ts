import { equalBytes } from './bytes.ts'
import { encode } from './codec.ts'
import { MlsError } from './error.ts'
import { type Crypto, expandWithLabel } from './labels.ts'
import { encodePreSharedKeyId, type PreSharedKeyId } from './preSharedKeyId.ts'
import type { Awaitable } from './provider.ts'
import { wipe } from './wipe.ts'

/** Where the caller keeps its pre-shared keys. Undefined for one that it does not have. */
export type PskSource = (id: PreSharedKeyId) => Awaitable<Uint8Array | undefined>

export interface Psk {
  readonly id: PreSharedKeyId
  readonly secret: Uint8Array
}

/** A pre-shared key goes in with its place among the others (`PSKLabel`), so that their order is agreed upon too. */
const pskLabel = (id: PreSharedKeyId, index: number, count: number): Uint8Array =>
  encode((writer) => {
    encodePreSharedKeyId(writer, id)
    writer.uint16(index)
    writer.uint16(count)
  }, undefined)

/** `psk_secret` of RFC 9420 §8.4: all pre-shared keys of a commit in one; zeros where there is none. */
export const pskSecret = (crypto: Crypto, psks: readonly Psk[]): Uint8Array => {
  const { provider, suite } = crypto
  const zero = new Uint8Array(suite.hashBytes)
  let secret: Uint8Array = new Uint8Array(suite.hashBytes)
  for (const [index, psk] of psks.entries()) {
    const extracted = provider.hkdfExtract(suite.kdf, zero, psk.secret)
    const input = expandWithLabel(
      crypto,
      extracted,
      'derived psk',
      pskLabel(psk.id, index, psks.length),
      suite.hashBytes,
    )
    const next = provider.hkdfExtract(suite.kdf, input, secret)
    wipe([extracted, input, secret])
    secret = next
  }
  return secret
}

/** The resumption secret of one epoch, as the group that is in that epoch knows it. */
export interface Resumption {
  readonly groupId: Uint8Array
  readonly epoch: bigint
  readonly secret: Uint8Array
}

/**
 * The pre-shared keys of a commit or Welcome, in its order.
 *
 * @param own resumption secrets that the state at hand has itself; the caller is asked for all others
 * @throws MlsError `invalid_use` when one is not to be had: the epoch cannot be entered without it
 */
export const findPsks = async (
  ids: readonly PreSharedKeyId[],
  own: readonly Resumption[],
  source: PskSource | undefined,
): Promise<readonly Psk[]> => {
  const psks: Psk[] = []
  for (const id of ids) {
    const secret = resumptionOf(id, own) ?? (await source?.(id))
    if (!secret) throw new MlsError('invalid_use', `a pre-shared key (${id.kind}) is missing`)
    psks.push({ id, secret })
  }
  return psks
}

const resumptionOf = (id: PreSharedKeyId, own: readonly Resumption[]): Uint8Array | undefined => {
  if (id.kind !== 'resumption') return undefined
  return own.find((known) => known.epoch === id.epoch && equalBytes(known.groupId, id.groupId))?.secret
}
