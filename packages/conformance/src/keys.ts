import { generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto'
import { CompactEncrypt, compactDecrypt, CompactSign, compactVerify, type CryptoKey } from 'jose'

/** Keys of a client in any language, made without anything of Sotto's. */

export const receivingKinds = ['RSA-3072', 'RSA-4096', 'P-256'] as const
export const ciphers = ['A256GCM', 'A256CBC-HS512'] as const
export const signers = ['PS256', 'ES256', 'EdDSA'] as const

export type ReceivingKind = (typeof receivingKinds)[number]
export type Signer = (typeof signers)[number]

export interface Pair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
  readonly pem: string
}

const pairOf = (pair: { readonly publicKey: KeyObject; readonly privateKey: KeyObject }): Pair => ({
  ...pair,
  pem: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
})

const made = new Map<string, Pair>()

const once = (name: string, make: () => Pair): Pair => {
  const pair = made.get(name) ?? make()
  made.set(name, pair)
  return pair
}

export const receivingPair = (kind: ReceivingKind): Pair =>
  once(kind, () =>
    pairOf(
      kind === 'P-256'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('rsa', { modulusLength: Number(kind.slice(4)) }),
    ),
  )

export const signingPair = (signer: Signer): Pair =>
  once(signer, () => {
    switch (signer) {
      case 'PS256':
        return pairOf(generateKeyPairSync('rsa', { modulusLength: 3072 }))
      case 'ES256':
        return pairOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
      case 'EdDSA':
        return pairOf(generateKeyPairSync('ed25519'))
    }
  })

export const jwkOf = (key: KeyObject): JsonWebKey => key.export({ format: 'jwk' })

export const smallRsaPem = (bits: 1024 | 2048): string =>
  generateKeyPairSync('rsa', { modulusLength: bits })
    .publicKey.export({ type: 'spki', format: 'pem' })
    .toString()

export const dsaPem = (): string =>
  generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 })
    .publicKey.export({ type: 'spki', format: 'pem' })
    .toString()

const algorithmFor = (key: KeyObject): string =>
  key.asymmetricKeyType === 'rsa' ? 'RSA-OAEP-256' : 'ECDH-ES+A256KW'

export const sealed = (text: string, to: KeyObject, enc = 'A256GCM'): Promise<string> =>
  new CompactEncrypt(new TextEncoder().encode(text))
    .setProtectedHeader({ alg: algorithmFor(to), enc })
    .encrypt(to)

export const opened = async (jwe: unknown, key: KeyObject): Promise<string> =>
  new TextDecoder().decode((await compactDecrypt(String(jwe), key)).plaintext)

export const signedText = (text: string, key: KeyObject | CryptoKey, alg: Signer): Promise<string> =>
  new CompactSign(new TextEncoder().encode(text)).setProtectedHeader({ alg }).sign(key)

export const signed = (claims: object, key: KeyObject | CryptoKey, alg: Signer): Promise<string> =>
  signedText(JSON.stringify(claims), key, alg)

/** The same as a proof beside something that both sides have: its payload is left out (RFC 7515 appendix F). */
export const detached = async (content: string, key: KeyObject | CryptoKey, alg: Signer): Promise<string> => {
  const jws = await signedText(content, key, alg)
  const [header = '', , signature = ''] = jws.split('.')
  return `${header}..${signature}`
}

export const verified = async (jws: string, key: KeyObject): Promise<unknown> =>
  JSON.parse(new TextDecoder().decode((await compactVerify(jws, key)).payload))
