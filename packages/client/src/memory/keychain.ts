import type { Provider } from '@sotto/mls'
import { SottoError } from '@sotto/protocol'
import type { Keychain } from '../ports/keychain.ts'

/** The keys of one device, for tests: they outlive each opened keychain, as files would. */
export interface MemoryKeys {
  signing: Uint8Array | null
  public: Uint8Array | null
  sealing: Uint8Array | null
}

export const memoryKeys = (): MemoryKeys => ({ signing: null, public: null, sealing: null })

const nonceBytes = 12

export const openMemoryKeychain = (provider: Provider, keys: MemoryKeys): Keychain => ({
  signer: async () => {
    if (!keys.signing || !keys.public) {
      const pair = await provider.signatureGenerate('Ed25519')
      keys.signing = pair.privateKey
      keys.public = pair.publicKey
    }
    const { signing, public: publicKey } = keys as { signing: Uint8Array; public: Uint8Array }
    return { publicKey, sign: (message) => provider.sign('Ed25519', signing, message) }
  },
  seal: async (place, plaintext) => {
    keys.sealing ??= provider.random(32)
    const nonce = provider.random(nonceBytes)
    const sealed = await provider.aeadSeal('AES-256-GCM', keys.sealing, nonce, bytesOf(place), plaintext)
    const whole = new Uint8Array(nonceBytes + sealed.length)
    whole.set(nonce)
    whole.set(sealed, nonceBytes)
    return whole
  },
  open: async (place, sealed) => {
    try {
      const nonce = sealed.subarray(0, nonceBytes)
      const key = keys.sealing ?? provider.random(32)
      return await provider.aeadOpen('AES-256-GCM', key, nonce, bytesOf(place), sealed.subarray(nonceBytes))
    } catch {
      throw new SottoError('storage_damaged')
    }
  },
  destroy: async () => {
    keys.signing = keys.public = keys.sealing = null
  },
})

/** Places are ASCII paths. */
const bytesOf = (place: string): Uint8Array => {
  const bytes = new Uint8Array(place.length)
  for (let i = 0; i < place.length; i++) bytes[i] = place.charCodeAt(i)
  return bytes
}
