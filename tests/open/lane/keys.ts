import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { CompactEncrypt, CompactSign, compactDecrypt, compactVerify } from 'jose'

export type Kind = 'RSA-2048' | 'RSA-3072' | 'RSA-4096' | 'P-256'
export type Signer = 'PS256' | 'ES256' | 'EdDSA'

export interface Pair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
  readonly pem: string
}

const pairOf = (pair: { readonly publicKey: KeyObject; readonly privateKey: KeyObject }): Pair => ({
  ...pair,
  pem: pair.publicKey.export({ type: 'spki', format: 'pem' }) as string,
})

export const receivingPair = (kind: Kind): Pair =>
  pairOf(
    kind === 'P-256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: Number(kind.slice(4)) }),
  )

export const signingPair = (signer: Signer): Pair => {
  switch (signer) {
    case 'PS256':
      return pairOf(generateKeyPairSync('rsa', { modulusLength: 3072 }))
    case 'ES256':
      return pairOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
    case 'EdDSA':
      return pairOf(generateKeyPairSync('ed25519'))
  }
}

const algorithmFor = (key: KeyObject): string =>
  key.asymmetricKeyType === 'rsa' ? 'RSA-OAEP-256' : 'ECDH-ES+A256KW'

/** A text to a public key, as programs without a sender's proof send it. */
export const sealed = (text: string, to: KeyObject, enc = 'A256GCM'): Promise<string> =>
  new CompactEncrypt(new TextEncoder().encode(text))
    .setProtectedHeader({ alg: algorithmFor(to), enc })
    .encrypt(to)

export const opened = async (jwe: string, key: KeyObject): Promise<string> =>
  new TextDecoder().decode((await compactDecrypt(jwe, key)).plaintext)

export const signed = (claims: object, key: KeyObject, alg: Signer): Promise<string> =>
  new CompactSign(new TextEncoder().encode(JSON.stringify(claims))).setProtectedHeader({ alg }).sign(key)

/** The same as a proof beside something that both sides have: its payload is left out (RFC 7515 appendix F). */
export const detached = async (content: string, key: KeyObject, alg: Signer): Promise<string> => {
  const jws = await new CompactSign(new TextEncoder().encode(content)).setProtectedHeader({ alg }).sign(key)
  const [header = '', , signature = ''] = jws.split('.')
  return `${header}..${signature}`
}

export const verified = async (jws: string, key: KeyObject): Promise<unknown> =>
  JSON.parse(new TextDecoder().decode((await compactVerify(jws, key)).payload))
