import type { AeadName, Provider } from '@sotto/mls'
import { equalBytes, SottoError } from '@sotto/protocol'

/**
 * C2SP chunked-encryption (c2sp.org/chunked-encryption@v1) over SHA-512: `salt || commitment || chunks`. The key of a
 * message is committed to, so one ciphertext opens under one key only; chunks can be neither reordered nor cut off.
 */
export type ChunkedCrypto = Pick<Provider, 'random' | 'hkdfExpand' | 'aeadSeal' | 'aeadOpen'>

type ChunkedAead = Exclude<AeadName, 'ChaCha20-Poly1305'>

const aeads: Readonly<Record<ChunkedAead, { readonly label: string; readonly keyBytes: number }>> = {
  'AES-128-GCM': { label: 'AEAD_AES_128_GCM', keyBytes: 16 },
  'AES-256-GCM': { label: 'AEAD_AES_256_GCM', keyBytes: 32 },
}

const saltBytes = 24
const commitmentBytes = 32
const headerBytes = saltBytes + commitmentBytes
const nonceBytes = 12
const tagBytes = 16
const chunkBytes = 16_384
const sealedChunkBytes = chunkBytes + tagBytes

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))

interface MessageKeys {
  readonly key: Uint8Array
  readonly baseNonce: Uint8Array
  readonly commitment: Uint8Array
}

const messageKeys = (
  crypto: ChunkedCrypto,
  aead: ChunkedAead,
  inputKey: Uint8Array,
  salt: Uint8Array,
  context: Uint8Array,
): MessageKeys => {
  const { label, keyBytes } = aeads[aead]
  if (inputKey.length !== keyBytes) throw new SottoError('internal', `a key has ${keyBytes} bytes`)
  const prefix = ascii(`c2sp.org/chunked-encryption@v1+${label}\0`)
  const info = new Uint8Array(prefix.length + saltBytes + context.length)
  info.set(prefix)
  info.set(salt, prefix.length)
  info.set(context, prefix.length + saltBytes)
  const okm = crypto.hkdfExpand('SHA-512', inputKey, info, keyBytes + nonceBytes + commitmentBytes)
  return {
    key: okm.subarray(0, keyBytes),
    baseNonce: okm.subarray(keyBytes, keyBytes + nonceBytes),
    commitment: okm.subarray(keyBytes + nonceBytes),
  }
}

/** The base nonce, XORed with the number of the chunk in big-endian. */
const nonceOf = (baseNonce: Uint8Array, chunk: number): Uint8Array => {
  const nonce = baseNonce.slice()
  for (let at = nonceBytes - 1, rest = chunk; rest > 0; at--, rest = Math.floor(rest / 256))
    nonce[at] = (nonce[at] as number) ^ (rest & 0xff)
  return nonce
}

const none = new Uint8Array(0)

/** The last chunk is always a short one, and may be empty. */
export const encryptChunked = async (
  crypto: ChunkedCrypto,
  aead: ChunkedAead,
  inputKey: Uint8Array,
  context: Uint8Array,
  plaintext: Uint8Array,
): Promise<Uint8Array> => {
  const salt = crypto.random(saltBytes)
  const { key, baseNonce, commitment } = messageKeys(crypto, aead, inputKey, salt, context)
  const count = Math.floor(plaintext.length / chunkBytes) + 1
  const sealed = new Uint8Array(headerBytes + plaintext.length + count * tagBytes)
  sealed.set(salt)
  sealed.set(commitment, saltBytes)
  for (let chunk = 0; chunk < count; chunk++) {
    const part = plaintext.subarray(chunk * chunkBytes, (chunk + 1) * chunkBytes)
    const nonce = nonceOf(baseNonce, chunk)
    sealed.set(await crypto.aeadSeal(aead, key, nonce, none, part), headerBytes + chunk * sealedChunkBytes)
  }
  key.fill(0)
  return sealed
}

/** @throws SottoError `integrity` for anything but what was sealed under this key and context */
export const decryptChunked = async (
  crypto: ChunkedCrypto,
  aead: ChunkedAead,
  inputKey: Uint8Array,
  context: Uint8Array,
  sealed: Uint8Array,
): Promise<Uint8Array> => {
  const body = sealed.length - headerBytes
  // Whole chunks only would be a message whose end is missing; less than a tag cannot be a chunk.
  const lastBytes = body % sealedChunkBytes
  if (body < tagBytes || lastBytes < tagBytes) throw new SottoError('integrity', 'sealed bytes are cut off')
  const salt = sealed.subarray(0, saltBytes)
  const { key, baseNonce, commitment } = messageKeys(crypto, aead, inputKey, salt, context)
  if (!equalBytes(commitment, sealed.subarray(saltBytes, headerBytes)))
    throw new SottoError('integrity', 'sealed under another key, or for another purpose')
  const count = Math.floor(body / sealedChunkBytes) + 1
  const plaintext = new Uint8Array(body - count * tagBytes)
  try {
    for (let chunk = 0; chunk < count; chunk++) {
      const at = headerBytes + chunk * sealedChunkBytes
      const part = sealed.subarray(at, at + sealedChunkBytes)
      plaintext.set(
        await crypto.aeadOpen(aead, key, nonceOf(baseNonce, chunk), none, part),
        chunk * chunkBytes,
      )
    }
  } catch {
    throw new SottoError('integrity', 'sealed bytes were changed')
  } finally {
    key.fill(0)
  }
  return plaintext
}
