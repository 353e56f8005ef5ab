import {
  bytesOfParts,
  equalBytes,
  hasExactly,
  hookIdBytes,
  isJsonObject,
  type Json,
  limits,
  objectIn,
  toHex,
} from '@sotto/protocol'
import type { Jose } from '../ports/jose.ts'
import type { KeyPair } from './keyPair.ts'
import { keyIdOf, type KeyKind, type PublicKey, publicKeyIn, sealingAlgorithmOf } from './publicKey.ts'

/**
 * What scripts are told: the keys of one generation of a hook, signed by its anchor (HOOK-3). The script has the
 * anchor's thumbprint from whoever made the hook, so that the server cannot put other keys in their place.
 */
export interface Statement {
  readonly hook: Uint8Array
  readonly generation: number
  readonly ec: PublicKey
  readonly rsa: PublicKey
  readonly notBeforeS: number
  readonly expiresS: number
}

const statementType = 'hook-keys+jws'
const lifetimeMaxS = limits.hookKeysDaysMax * 86_400
const generationMax = 0xffff_ffff

const described = (key: PublicKey): Record<string, string> => ({
  ...key.jwk,
  kid: keyIdOf(key),
  alg: String(sealingAlgorithmOf(key)),
  use: 'enc',
})

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))

export const signStatement = (
  jose: Jose,
  anchor: KeyPair,
  { hook, generation, ec, rsa, notBeforeS, expiresS }: Statement,
): Promise<string> =>
  jose.sign(
    anchor.privateKey,
    { alg: 'ES256', typ: statementType, jwk: anchor.publicKey.jwk },
    ascii(
      JSON.stringify({
        hook: toHex(hook),
        gen: generation,
        keys: [described(ec), described(rsa)],
        nbf: notBeforeS,
        exp: expiresS,
      }),
    ),
  )

const isCount = (value: Json | undefined, max: number): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= max

const keyIn = (value: Json | undefined, kind: KeyKind): PublicKey | undefined => {
  const key = isJsonObject(value) ? publicKeyIn(value, ['kid', 'alg', 'use']) : undefined
  if (!key || key.kind !== kind || !isJsonObject(value)) return undefined
  const isSo =
    value['kid'] === keyIdOf(key) && value['alg'] === sealingAlgorithmOf(key) && value['use'] === 'enc'
  return isSo ? key : undefined
}

const claimsIn = (payload: Uint8Array): Statement | undefined => {
  const claims = objectIn(payload)
  if (!claims || !hasExactly(claims, ['hook', 'gen', 'keys', 'nbf', 'exp'])) return undefined
  const { hook, gen, keys, nbf, exp } = claims
  if (typeof hook !== 'string' || !/^[0-9a-f]{32}$/.test(hook) || !isCount(gen, generationMax))
    return undefined
  if (!Array.isArray(keys) || keys.length !== 2) return undefined
  const [ec, rsa] = [keyIn(keys[0] as Json, 'P-256'), keyIn(keys[1] as Json, 'RSA')]
  const isTimed =
    isCount(nbf, Number.MAX_SAFE_INTEGER) &&
    isCount(exp, Number.MAX_SAFE_INTEGER) &&
    exp > nbf &&
    exp - nbf <= lifetimeMaxS
  if (!ec || !rsa || !isTimed) return undefined
  const id = Uint8Array.from({ length: hookIdBytes }, (_, i) =>
    Number.parseInt(hook.slice(2 * i, 2 * i + 2), 16),
  )
  return { hook: id, generation: gen, ec, rsa, notBeforeS: nbf, expiresS: exp }
}

/**
 * What a statement says; undefined unless it is a statement in every part and the anchor with this thumbprint has
 * signed it.
 */
export const readStatement = async (
  jose: Jose,
  anchor: Uint8Array,
  statement: string,
): Promise<Statement | undefined> => {
  if (statement.length > limits.hookStatementBytesMax) return undefined
  const parts = statement.split('.')
  const bytes = parts.length === 3 ? bytesOfParts(parts) : undefined
  const header = bytes && objectIn(bytes[0] as Uint8Array)
  if (!bytes || !header || !hasExactly(header, ['alg', 'typ', 'jwk'])) return undefined
  if (header['alg'] !== 'ES256' || header['typ'] !== statementType || !isJsonObject(header['jwk']))
    return undefined
  const signer = publicKeyIn(header['jwk'])
  if (signer?.kind !== 'P-256' || !equalBytes(signer.thumbprint, anchor)) return undefined
  const claims = claimsIn(bytes[1] as Uint8Array)
  return claims && (await jose.verify('ES256', signer.jwk, statement)) ? claims : undefined
}
