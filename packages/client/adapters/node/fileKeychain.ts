import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  randomFillSync,
  sign,
} from 'node:crypto'
import { blob, bytes, decodeAs, encodeAs, literal, SottoError, struct } from '@sotto/protocol'
import type { Keychain } from '../../src/ports/keychain.ts'
import { makeSecret, readSecret, removeSecret } from './keys/secretFile.ts'
import type { Means } from './keys/means.ts'

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

/** How often keys that another program makes and removes meanwhile are looked for. */
const looksMax = 3

/**
 * D and SK, in one file: as they are, or under a key that is elsewhere (`keys/secretFile`). Whoever can open it can open
 * the store beside it.
 *
 * @param means how they are opened, and where new ones go; its places reject as `readSecret` and `makeSecret` do
 */
export const openFileKeychain = (path: string, means: Means): Keychain => {
  let held: Promise<Keys> | undefined

  const load = async (): Promise<Keys> => {
    for (let looks = 0; looks < looksMax; looks++) {
      const file = await readSecret(path, means)
      if (file) return parseKeys(file)
      const made = newKeyFile()
      // Whoever was first has written: what counts is what lies there now.
      await makeSecret(path, made, means)
      made.fill(0)
    }
    throw new SottoError('storage_damaged', 'the keys of this device cannot be written')
  }
  const keys = (): Promise<Keys> => {
    held ??= load().catch((error: unknown) => {
      held = undefined
      throw error
    })
    return held
  }

  return {
    signer: async () => {
      const { signing, publicKey } = await keys()
      return { publicKey, sign: (message) => new Uint8Array(sign(null, message, signing)) }
    },
    seal: async (place, plaintext) => {
      const { sealing } = await keys()
      const tagAt = nonceBytes + plaintext.length
      const sealed = new Uint8Array(tagAt + tagBytes)
      const nonce = randomFillSync(sealed.subarray(0, nonceBytes))
      const sealer = createCipheriv(cipher, sealing, nonce).setAAD(Buffer.from(place))
      sealed.set(sealer.update(plaintext), nonceBytes)
      // A stream cipher: nothing is left for the end.
      sealer.final()
      sealed.set(sealer.getAuthTag(), tagAt)
      return sealed
    },
    open: async (place, sealed) => {
      if (sealed.length < nonceBytes + tagBytes) throw new SottoError('storage_damaged')
      const tagAt = sealed.length - tagBytes
      const { sealing } = await keys()
      const opener = createDecipheriv(cipher, sealing, sealed.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      })
      opener.setAAD(Buffer.from(place)).setAuthTag(sealed.subarray(tagAt))
      try {
        const opened = opener.update(sealed.subarray(nonceBytes, tagAt))
        // Throws where the tag is another one.
        opener.final()
        return new Uint8Array(opened.buffer, opened.byteOffset, opened.length)
      } catch {
        throw new SottoError('storage_damaged')
      }
    },
    destroy: async () => {
      held = undefined
      await removeSecret(path, means)
    },
  }
}
