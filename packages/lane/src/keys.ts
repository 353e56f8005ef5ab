import { judgeKeys, readUploadedKey, type SignatureAlgorithm } from '@sotto/protocol'
import { fail } from './failure.ts'
import type { Cryptography, Jwk, KeyKind } from './ports/cryptography.ts'

/** The keys of an account, as they are stored: private, and never leaving this side. */
export interface Identity {
  /** Receives, and signs too where there is no other one. */
  readonly receiving: Jwk
  /** Ed25519, which only signs; null where the first one does that. */
  readonly signing: Jwk | null
}

/** The keys of somebody else, as the server gives them. */
export interface PublicKeys {
  /** The one that is sealed to. */
  readonly receiving: Jwk
  /** Those that a proof may be by. */
  readonly verifying: readonly Jwk[]
  /** RFC 7638 thumbprint of the receiving key: what two people compare, and what the server tells. */
  readonly fingerprint: string
  /** The thumbprints of all of them: what is remembered. A server that swaps any key changes it. */
  readonly pin: string
}

/** New keys, made here. @param signer `EdDSA` adds an Ed25519 key that signs */
export const makeIdentity = async (
  { generate }: Pick<Cryptography, 'generate'>,
  kind: KeyKind = 'P-256',
  signer?: 'EdDSA',
): Promise<Identity> => ({
  receiving: await generate(kind),
  signing: signer === undefined ? null : await generate('Ed25519'),
})

const publicMembers = ['kty', 'crv', 'x', 'y', 'n', 'e'] as const

const publicPart = (jwk: Jwk): Jwk =>
  Object.fromEntries(publicMembers.flatMap((name) => (jwk[name] === undefined ? [] : [[name, jwk[name]]])))

/** What is uploaded: a JWK, or a JWK Set where another key signs. */
export const uploadOf = ({ receiving, signing }: Identity): Jwk | { readonly keys: readonly Jwk[] } =>
  signing === null ? publicPart(receiving) : { keys: [publicPart(receiving), publicPart(signing)] }

/** What is in one of the forms in which keys are put up. */
const uploadedKey = (uploaded: unknown) => {
  try {
    return readUploadedKey(uploaded)
  } catch {
    return fail('KEY_INVALID')
  }
}

/** Judged here too: the server has done it, and is not believed. */
const judged = (given: unknown) => {
  try {
    return judgeKeys(given, 'there')
  } catch {
    return fail('KEY_INVALID')
  }
}

/** Reads a public key in any form in which one is put up. @throws LaneError `KEY_INVALID` */
export const readPublicKeys = async (
  { keyOfPem, thumbprint }: Pick<Cryptography, 'keyOfPem' | 'thumbprint'>,
  uploaded: unknown,
): Promise<PublicKeys> => {
  const key = uploadedKey(uploaded)
  const { all, receiving } = judged(
    key.kind === 'pem' ? await keyOfPem(key.pem).catch(() => fail('KEY_INVALID')) : key.jwk,
  )
  const prints = await Promise.all(all.map(({ essential }) => thumbprint(essential)))
  return {
    receiving: receiving.essential,
    verifying: all.filter(({ signing }) => signing !== null).map(({ essential }) => essential),
    fingerprint: await thumbprint(receiving.essential),
    pin: prints.join('.'),
  }
}

export const signatureAlgorithmFor = ({ kty }: Jwk): SignatureAlgorithm => {
  switch (kty) {
    case 'RSA':
      return 'PS256'
    case 'EC':
      return 'ES256'
    default:
      return 'EdDSA'
  }
}
