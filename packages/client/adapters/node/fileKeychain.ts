import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto'
import { blob, bytes, decodeAs, encodeAs, literal, SottoError, struct } from '@sotto/protocol'
import type { Keychain } from '../../src/ports/keychain.ts'
import { createPrivateFile, readFileIfThere, removeFile } from './durableFile.ts'

/** What the file holds: D as PKCS #8 and SK. */
const keyFile = struct({ version: literal(1), signing: blob(128, 32), sealing: bytes(32) })

interface Keys {
  readonly signing: KeyObject
  readonly publicKey: Uint8Array
  readonly sealing: KeyObject
}

const nonceBytes = 12
const tagBytes = 16
const cipher = 'aes-256-gcm'

const newKeyFile = (): Uint8Array =>
  encodeAs(keyFile, {
    version: 1,
    signing: generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'der' }),
    sealing: randomBytes(32),
  })

/**
 * The keys as Node holds them: taken in once, for a key of bytes is taken in anew with each row, at twice the cost of
 * sealing it. The bytes are wiped.
 *
 * @throws SottoError `storage_damaged`
 */
const parseKeys = (file: Uint8Array): Keys => {
  try {
    const { signing: encoded, sealing: secret } = decodeAs(keyFile, file)
    const der = Buffer.from(encoded)
    const signing = createPrivateKey({ key: der, type: 'pkcs8', format: 'der' })
    const sealing = createSecretKey(secret)
    for (const copy of [encoded, der, secret]) copy.fill(0)
    const { x } = createPublicKey(signing).export({ format: 'jwk' })
    return { signing, publicKey: Uint8Array.from(Buffer.from(x ?? '', 'base64url')), sealing }
  } catch {
    throw new SottoError('storage_damaged', 'the keys of this device cannot be read')
  } finally {
    file.fill(0)
  }
}

/** D and SK in one file that only the user may read: with it, the store beside it can be opened. */
export const openFileKeychain = (path: string): Keychain => {
  let held: Keys | undefined

  const keys = (): Keys => {
    if (held) return held
    const file = readFileIfThere(path)
    if (file) return (held = parseKeys(file))
    createPrivateFile(path, newKeyFile())
    // Whoever was first has written: what counts is what lies there now.
    const written = readFileIfThere(path)
    if (!written) throw new SottoError('storage_damaged', 'the keys of this device cannot be written')
    return (held = parseKeys(written))
  }

  return {
    signer: async () => {
      const { signing, publicKey } = keys()
      return { publicKey, sign: (message) => new Uint8Array(sign(null, message, signing)) }
    },
    seal: async (place, plaintext) => {
      const nonce = randomBytes(nonceBytes)
      const sealer = createCipheriv(cipher, keys().sealing, nonce).setAAD(Buffer.from(place))
      return new Uint8Array(
        Buffer.concat([nonce, sealer.update(plaintext), sealer.final(), sealer.getAuthTag()]),
      )
    },
    open: async (place, sealed) => {
      if (sealed.length < nonceBytes + tagBytes) throw new SottoError('storage_damaged')
      const tagAt = sealed.length - tagBytes
      const opener = createDecipheriv(cipher, keys().sealing, sealed.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      })
      opener.setAAD(Buffer.from(place)).setAuthTag(sealed.subarray(tagAt))
      try {
        const opened = Buffer.concat([opener.update(sealed.subarray(nonceBytes, tagAt)), opener.final()])
        return new Uint8Array(opened)
      } catch {
        throw new SottoError('storage_damaged')
      }
    },
    destroy: async () => {
      held = undefined
      removeFile(path)
    },
  }
}
