import {
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createPrivateKey,
  createPublicKey,
  type JsonWebKeyInput,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import type { Cryptography, Jwk } from '@sotto/lane/core'
import { utf8Bytes } from '@sotto/protocol'

const url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
const bytesOf = (text: unknown): Buffer => Buffer.from(String(text), 'base64url')
const json = (value: unknown): string => url(Buffer.from(JSON.stringify(value)))

const ivBytes = 12
const tagBytes = 16
/** RFC 3394 §2.2.3 */
const wrapIv = Buffer.alloc(8, 0xa6)
const keyBits = 256

const curve = (privateKey: Uint8Array) => {
  const ecdh = createECDH('prime256v1')
  ecdh.setPrivateKey(privateKey)
  return ecdh
}

const publicOf = (privateKey: Uint8Array) => {
  const point = curve(privateKey).getPublicKey()
  return { kty: 'EC', crv: 'P-256', x: url(point.subarray(1, 33)), y: url(point.subarray(33)) }
}

const pointOf = (key: Jwk): Buffer => Buffer.concat([Buffer.of(4), bytesOf(key['x']), bytesOf(key['y'])])

const counted = (bytes: Uint8Array): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** The key that wraps the content key (RFC 7518 §4.6.2, one round). */
const agreed = (privateKey: Uint8Array, publicPoint: Uint8Array): Buffer => {
  const [round, bits] = [Buffer.alloc(4), Buffer.alloc(4)]
  round.writeUInt32BE(1)
  bits.writeUInt32BE(keyBits)
  const shared = curve(privateKey).computeSecret(publicPoint)
  const algorithm = counted(Buffer.from('ECDH-ES+A256KW'))
  const nobody = counted(Buffer.alloc(0))
  return createHash('sha256')
    .update(Buffer.concat([round, shared, algorithm, nobody, nobody, bits]))
    .digest()
}

const gcmSeal = (key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array, aad: Uint8Array) => {
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(aad)
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return { ciphertext, tag: cipher.getAuthTag() }
}

const gcmOpen = (
  key: Uint8Array,
  iv: Uint8Array,
  { ciphertext, tag }: { readonly ciphertext: Uint8Array; readonly tag: Uint8Array },
  aad: Uint8Array,
): Uint8Array => {
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes })
  decipher.setAAD(aad).setAuthTag(tag)
  return new Uint8Array(Buffer.concat([decipher.update(ciphertext), decipher.final()]))
}

/** Keys that were read before, of all worlds of a process: reading one costs more than using it. */
const known = new Map<string, KeyObject>()
const knownMax = 500
const onceRead = (name: string, read: () => KeyObject): KeyObject => {
  const found = known.get(name) ?? read()
  if (known.size >= knownMax) known.clear()
  known.set(name, found)
  return found
}

const asInput = (key: Jwk) => ({ key, format: 'jwk' }) as unknown as JsonWebKeyInput
const signing = (key: Jwk): KeyObject => onceRead(`private ${key['d']}`, () => createPrivateKey(asInput(key)))
const verifying = ({ d: _d, ...key }: Jwk): KeyObject =>
  onceRead(`public ${key['crv']} ${key['x']} ${key['y']}`, () => createPublicKey(asInput(key)))
const hashOf = (alg: string) => (alg === 'ES256' ? 'sha256' : null)
const raw = { dsaEncoding: 'ieee-p1363' } as const

/** PKCS #8 of an Ed25519 key, in front of its 32 bytes. */
const ed25519Head = Buffer.from('302e020100300506032b657004220420', 'hex')

/**
 * The cryptography of programs in the world: on the platform and in its own thread, with its randomness from the seed. Keys
 * are of P-256 and Ed25519.
 */
export const seededCryptography = (random: (length: number) => Uint8Array): Cryptography => {
  const fresh = (length: number): Uint8Array<ArrayBuffer> => new Uint8Array(random(length))

  /** Wraps a content key for one: the header that says how, and the wrapped key. */
  const wrapped = (contentKey: Uint8Array, key: Jwk) => {
    const ephemeral = fresh(32)
    const cipher = createCipheriv('id-aes256-wrap', agreed(ephemeral, pointOf(key)), wrapIv)
    return {
      header: { alg: 'ECDH-ES+A256KW', epk: publicOf(ephemeral) },
      encryptedKey: Buffer.concat([cipher.update(contentKey), cipher.final()]),
    }
  }

  const unwrapped = (epk: unknown, encryptedKey: Uint8Array, key: Jwk): Buffer => {
    const cipher = createDecipheriv('id-aes256-wrap', agreed(bytesOf(key['d']), pointOf(epk as Jwk)), wrapIv)
    return Buffer.concat([cipher.update(encryptedKey), cipher.final()])
  }

  const openCompact = (jwe: string, key: Jwk): Uint8Array => {
    const [head = '', encryptedKey, iv, ciphertext, tag] = jwe.split('.')
    const { epk } = JSON.parse(bytesOf(head).toString()) as { readonly epk: unknown }
    const contentKey = unwrapped(epk, bytesOf(encryptedKey), key)
    const sealed = { ciphertext: bytesOf(ciphertext), tag: bytesOf(tag) }
    return gcmOpen(contentKey, bytesOf(iv), sealed, Buffer.from(head))
  }

  const openPart = (part: Readonly<Record<string, unknown>>, key: Jwk): Uint8Array => {
    const { epk } = part['header'] as { readonly epk: unknown }
    const contentKey = unwrapped(epk, bytesOf(part['encrypted_key']), key)
    const sealed = { ciphertext: bytesOf(part['ciphertext']), tag: bytesOf(part['tag']) }
    return gcmOpen(contentKey, bytesOf(part['iv']), sealed, Buffer.from(String(part['protected'])))
  }

  const checked = (jws: string, key: Jwk, alg: string): Uint8Array => {
    const [head = '', payload = '', signature] = jws.split('.')
    const isGood = verify(
      hashOf(alg),
      Buffer.from(`${head}.${payload}`),
      { key: verifying(key), ...raw },
      bytesOf(signature),
    )
    if (!isGood) throw new Error('not by this key')
    return new Uint8Array(bytesOf(payload))
  }

  return {
    random: fresh,
    generate: async (kind) => {
      const secret = fresh(32)
      if (kind === 'P-256') return { ...publicOf(secret), d: url(secret) }
      const der = Buffer.concat([ed25519Head, secret])
      return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' }) as Jwk
    },
    keyOfPem: () => Promise.reject(new Error('the world has no PEM')),
    thumbprint: async ({ crv = '', kty = '', x = '', y }) => {
      const essential = y === undefined ? { crv, kty, x } : { crv, kty, x, y }
      return url(createHash('sha256').update(JSON.stringify(essential)).digest())
    },
    seal: async (plaintext, key, enc) => {
      const [contentKey, iv] = [fresh(32), fresh(ivBytes)]
      const { header, encryptedKey } = wrapped(contentKey, key)
      const head = json({ ...header, enc })
      const { ciphertext, tag } = gcmSeal(contentKey, iv, plaintext, Buffer.from(head))
      return [head, ...[encryptedKey, iv, ciphertext, tag].map(url)].join('.')
    },
    sealToAll: async (plaintext, keys, enc) => {
      const [contentKey, iv] = [fresh(32), fresh(ivBytes)]
      const head = json({ enc })
      const { ciphertext, tag } = gcmSeal(contentKey, iv, plaintext, Buffer.from(head))
      const recipients = [...keys].map(([kid, key]) => {
        const { header, encryptedKey } = wrapped(contentKey, key)
        return { header: { ...header, kid }, encrypted_key: url(encryptedKey) }
      })
      return { ciphertext: url(ciphertext), iv: url(iv), tag: url(tag), protected: head, recipients }
    },
    open: async (sealed, key) =>
      typeof sealed === 'string' ? openCompact(sealed, key) : openPart(sealed, key),
    unwrap: () => Promise.reject(new Error('the world has no RSA')),
    sign: async (payload, key) => {
      const alg = key['kty'] === 'EC' ? 'ES256' : 'EdDSA'
      const signed = `${json({ alg })}.${url(payload)}`
      return `${signed}.${url(sign(hashOf(alg), Buffer.from(signed), { key: signing(key), ...raw }))}`
    },
    verify: async (jws, key, alg) => checked(jws, key, alg),
    isSigned: async (signed, signature, key, alg) =>
      verify(hashOf(alg), signed, { key: verifying(key), ...raw }, signature),
    encrypt: async (key, iv, plaintext, aad) => {
      const { ciphertext, tag } = gcmSeal(key, iv, plaintext, aad)
      return new Uint8Array(Buffer.concat([ciphertext, tag]))
    },
    decrypt: async (key, iv, sealed, aad) => {
      const tagAt = sealed.length - tagBytes
      return gcmOpen(key, iv, { ciphertext: sealed.subarray(0, tagAt), tag: sealed.subarray(tagAt) }, aad)
    },
  }
}

/** What no server and nobody on the way may ever see. */
export const canary = 'canary of the open lane'
export const hasCanary = (text: string): boolean =>
  text.includes(canary) || text.includes(Buffer.from(utf8Bytes(canary)).toString('base64url').slice(0, -2))
