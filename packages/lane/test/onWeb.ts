import { type CryptoKey, importJWK, type JWK } from 'jose'
import { webCryptography } from '../adapters/net/webCryptography.ts'
import * as envelope from '../src/envelope.ts'
import * as keys from '../src/keys.ts'
import * as proof from '../src/proof.ts'
import * as sharedKey from '../src/sharedKey.ts'

/** What the lane seals, signs and opens with, on the platform's cryptography. */
const by = webCryptography

export const makeIdentity = (kind?: Parameters<typeof keys.makeIdentity>[1], signer?: 'EdDSA') =>
  keys.makeIdentity(by, kind, signer)
export const readPublicKeys = (uploaded: unknown) => keys.readPublicKeys(by, uploaded)

export const sealTo = (plaintext: Uint8Array, to: keys.PublicKeys) => envelope.sealTo(by, plaintext, to)
export const sealToAll = (plaintext: Uint8Array, to: ReadonlyMap<string, keys.PublicKeys>) =>
  envelope.sealToAll(by, plaintext, to)
export const unseal = (sealed: unknown, identity: keys.Identity, name: string) =>
  envelope.unseal(by, sealed, identity, name)
export const unsealKey = (entry: unknown, identity: keys.Identity, name: string) =>
  envelope.unsealKey(by, entry, identity, name)

export const sign = (claims: proof.Claims, identity: keys.Identity) => proof.sign(by, claims, identity)
export const verify = (
  jws: string,
  of: keys.PublicKeys,
  between: Parameters<typeof proof.verify>[3],
): Promise<proof.Claims> => proof.verify(by, jws, of, between)
export const verifyProof = (one: Parameters<typeof proof.verifyProof>[1], of: keys.PublicKeys) =>
  proof.verifyProof(by, one, of)

export const makeSharedKey = (holders: readonly string[]) => sharedKey.makeSharedKey(by, holders)
export const sealForRoom = (text: string, shared: sharedKey.SharedKey) =>
  sharedKey.sealForRoom(by, text, shared)
export const openFromRoom = (content: unknown, iv: unknown, all: readonly sharedKey.SharedKey[]) =>
  sharedKey.openFromRoom(by, content, iv, all)
export const openFromChat = (message: unknown, all: readonly sharedKey.SharedKey[]) =>
  sharedKey.openFromChat(by, message, all)

/** A key as the library takes it. */
export const usable = async (key: Readonly<Record<string, string>>, alg: string) =>
  importJWK(key as JWK, alg) as Promise<CryptoKey>
