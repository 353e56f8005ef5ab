import {
  CompactEncrypt,
  type CompactJWEHeaderParameters,
  CompactSign,
  compactDecrypt,
  compactVerify,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose'
import type { Jose, Jwk, SealingAlgorithm, SignatureAlgorithm } from '../../src/ports/jose.ts'

const rsaBits = 3072

const keyFor = async (key: Jwk, alg: string) => importJWK(key as JWK, alg)

const generate = async (alg: SignatureAlgorithm | SealingAlgorithm) => {
  const pair = await generateKeyPair(alg, {
    extractable: true,
    ...(alg === 'ECDH-ES+A256KW' ? { crv: 'P-256' } : {}),
    ...(alg === 'PS256' || alg === 'RSA-OAEP-256' ? { modulusLength: rsaBits } : {}),
  })
  const [publicKey, privateKey] = await Promise.all([exportJWK(pair.publicKey), exportJWK(pair.privateKey)])
  return { publicKey: publicKey as Jwk, privateKey: privateKey as Jwk }
}

/** JOSE as the library `jose` has it, on the Web Crypto of browsers and Node. */
export const joseLibrary: Jose = {
  generate,
  sign: async (privateKey, header, payload) =>
    new CompactSign(payload).setProtectedHeader(header).sign(await keyFor(privateKey, header.alg)),
  verify: async (alg, publicKey, jws) => {
    try {
      await compactVerify(jws, await keyFor(publicKey, alg), { algorithms: [alg] })
      return true
    } catch {
      return false
    }
  },
  seal: async (publicKey, header, plaintext) =>
    new CompactEncrypt(plaintext)
      .setProtectedHeader(header as unknown as CompactJWEHeaderParameters)
      .encrypt(await keyFor(publicKey, header.alg)),
  open: async (alg, privateKey, jwe) => {
    try {
      const { plaintext } = await compactDecrypt(jwe, await keyFor(privateKey, alg), {
        keyManagementAlgorithms: [alg],
        contentEncryptionAlgorithms: ['A256GCM'],
      })
      return plaintext
    } catch {
      return undefined
    }
  },
}
