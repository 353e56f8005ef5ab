import { judgeKeys, readUploadedKey, type SignatureAlgorithm } from '@sotto/protocol'
import {
  calculateJwkThumbprint,
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  importJWK,
  importSPKI,
  type JWK,
} from 'jose'
import { fail } from './failure.ts'

/** What an account receives and signs with. RSA-2048 can be written to, and is not made any more. */
export type KeyKind = 'P-256' | 'RSA-3072' | 'RSA-4096'

/** The keys of an account, as they are stored: private, and never leaving this side. */
export interface Identity {
  /** Receives, and signs too where there is no other one. */
  readonly receiving: JWK
  /** Ed25519, which only signs; null where the first one does that. */
  readonly signing: JWK | null
}

/** The keys of somebody else, as the server gives them. */
export interface PublicKeys {
  /** The one that is sealed to. */
  readonly receiving: JWK
  /** Those that a proof may be by. */
  readonly verifying: readonly JWK[]
  /** RFC 7638 thumbprint of the receiving key: what two people compare, and what the server tells. */
  readonly fingerprint: string
  /** The thumbprints of all of them: what is remembered. A server that swaps any key changes it. */
  readonly pin: string
}

const rsa = { publicExponent: Uint8Array.of(1, 0, 1), extractable: true }

const receivingPair = (kind: KeyKind) =>
  kind === 'P-256'
    ? generateKeyPair('ECDH-ES+A256KW', { crv: 'P-256', extractable: true })
    : generateKeyPair('RSA-OAEP-256', { modulusLength: Number(kind.slice(4)), ...rsa })

/** Members that say what a key may be used for keep it from being used for both. */
const bare = ({ key_ops: _ops, ext: _ext, alg: _alg, ...jwk }: JWK): JWK => jwk

/** New keys, made here. @param signer `EdDSA` adds an Ed25519 key that signs */
export const makeIdentity = async (kind: KeyKind = 'P-256', signer?: 'EdDSA'): Promise<Identity> => {
  const receiving = bare(await exportJWK((await receivingPair(kind)).privateKey))
  if (signer === undefined) return { receiving, signing: null }
  const pair = await generateKeyPair('EdDSA', { extractable: true })
  return { receiving, signing: bare(await exportJWK(pair.privateKey)) }
}

const publicMembers = ['kty', 'crv', 'x', 'y', 'n', 'e'] as const

const publicPart = (jwk: JWK): JWK =>
  Object.fromEntries(publicMembers.flatMap((name) => (jwk[name] === undefined ? [] : [[name, jwk[name]]])))

/** What is uploaded: a JWK, or a JWK Set where another key signs. */
export const uploadOf = ({ receiving, signing }: Identity): JWK | { readonly keys: readonly JWK[] } =>
  signing === null ? publicPart(receiving) : { keys: [publicPart(receiving), publicPart(signing)] }

const jwkOfPem = async (pem: string): Promise<JWK> => {
  for (const alg of ['RSA-OAEP-256', 'ECDH-ES+A256KW'])
    try {
      return await exportJWK(await importSPKI(pem, alg, { extractable: true }))
    } catch {
      // Not of this kind.
    }
  return fail('KEY_INVALID')
}

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
export const readPublicKeys = async (uploaded: unknown): Promise<PublicKeys> => {
  const key = uploadedKey(uploaded)
  const { all, receiving } = judged(key.kind === 'pem' ? await jwkOfPem(key.pem) : key.jwk)
  const prints = await Promise.all(all.map(({ essential }) => calculateJwkThumbprint(essential, 'sha256')))
  return {
    receiving: receiving.essential,
    verifying: all.filter(({ signing }) => signing !== null).map(({ essential }) => essential),
    fingerprint: await calculateJwkThumbprint(receiving.essential, 'sha256'),
    pin: prints.join('.'),
  }
}

/** How a content key is given to a key of this kind. */
export const keyAlgorithmFor = ({ kty }: JWK): 'RSA-OAEP-256' | 'ECDH-ES+A256KW' =>
  kty === 'RSA' ? 'RSA-OAEP-256' : 'ECDH-ES+A256KW'

export const signatureAlgorithmFor = ({ kty }: JWK): SignatureAlgorithm => {
  switch (kty) {
    case 'RSA':
      return 'PS256'
    case 'EC':
      return 'ES256'
    default:
      return 'EdDSA'
  }
}

export const usable = async (jwk: JWK, alg: string): Promise<CryptoKey> => {
  const key = await importJWK(jwk, alg)
  return key instanceof Uint8Array ? fail('KEY_INVALID') : key
}
