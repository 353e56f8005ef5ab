import { jsProvider } from '@sotto/mls/provider/js'
import { SottoError } from '@sotto/protocol'
import type { Keychain } from '../../src/ports/keychain.ts'
import { answerOf, begin, completionOf, keysStore, openDatabase } from './database.ts'

/** D where the browser signs with Ed25519, and where it does not: then the key is sealed by SK. */
type SigningKey =
  | { readonly kind: 'native'; readonly privateKey: CryptoKey; readonly publicKey: Uint8Array }
  | { readonly kind: 'sealed'; readonly privateKey: Uint8Array; readonly publicKey: Uint8Array }

interface DeviceKeys {
  readonly signing: SigningKey
  readonly sealing: CryptoKey
}

export interface WebKeychainOptions {
  /** Name of the profile's database. */
  readonly name: string
  /** `js` is for browsers without Ed25519, and for tests of what happens there. */
  readonly ed25519?: 'native_if_there' | 'js'
}

const js = jsProvider((length) => crypto.getRandomValues(new Uint8Array(length)))

const deviceKey = 'device'
const nonceBytes = 12

const encoder = new TextEncoder()

const sealWith = async (key: CryptoKey, place: string, plaintext: Uint8Array): Promise<Uint8Array> => {
  const iv = crypto.getRandomValues(new Uint8Array(nonceBytes))
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv, additionalData: encoder.encode(place) },
    key,
    new Uint8Array(plaintext),
  )
  const whole = new Uint8Array(nonceBytes + sealed.byteLength)
  whole.set(iv)
  whole.set(new Uint8Array(sealed), nonceBytes)
  return whole
}

const openWith = async (key: CryptoKey, place: string, sealed: Uint8Array): Promise<Uint8Array> => {
  try {
    const iv = new Uint8Array(sealed.subarray(0, nonceBytes))
    const additionalData = encoder.encode(place)
    const body = new Uint8Array(sealed.subarray(nonceBytes))
    return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, key, body))
  } catch {
    throw new SottoError('storage_damaged')
  }
}

const nativeSigningKey = async (): Promise<SigningKey | undefined> => {
  try {
    const { privateKey, publicKey } = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
    return {
      kind: 'native',
      privateKey,
      publicKey: new Uint8Array(await crypto.subtle.exportKey('raw', publicKey)),
    }
  } catch {
    return undefined
  }
}

const sealedSigningKey = async (sealing: CryptoKey): Promise<SigningKey> => {
  const { privateKey, publicKey } = await js.signatureGenerate('Ed25519')
  const sealed = await sealWith(sealing, deviceKey, privateKey)
  privateKey.fill(0)
  return { kind: 'sealed', privateKey: sealed, publicKey }
}

const makeKeys = async ({ ed25519 = 'native_if_there' }: WebKeychainOptions): Promise<DeviceKeys> => {
  const sealing = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ])
  const native = ed25519 === 'native_if_there' ? await nativeSigningKey() : undefined
  return { signing: native ?? (await sealedSigningKey(sealing)), sealing }
}

const readKeys = (database: IDBDatabase): Promise<DeviceKeys | undefined> =>
  answerOf<DeviceKeys | undefined>(
    begin(database, [keysStore], 'readonly').objectStore(keysStore).get(deviceKey),
  )

/** Stores the keys unless others are there already; who was first has made the keys of the device. */
const storeKeys = async (database: IDBDatabase, keys: DeviceKeys): Promise<DeviceKeys> => {
  const transaction = begin(database, [keysStore], 'readwrite')
  const completion = completionOf(transaction)
  const store = transaction.objectStore(keysStore)
  const there = await answerOf<DeviceKeys | undefined>(store.get(deviceKey))
  if (!there) store.put(keys, deviceKey)
  await completion
  return there ?? keys
}

const signWith = async ({ signing, sealing }: DeviceKeys, message: Uint8Array): Promise<Uint8Array> => {
  switch (signing.kind) {
    case 'native':
      return new Uint8Array(await crypto.subtle.sign('Ed25519', signing.privateKey, new Uint8Array(message)))
    case 'sealed': {
      const privateKey = await openWith(sealing, deviceKey, signing.privateKey)
      const signature = await js.sign('Ed25519', privateKey, message)
      privateKey.fill(0)
      return signature
    }
  }
}

/** D and SK as keys that the browser itself does not hand out, in the profile's database. */
export const openWebKeychain = async (options: WebKeychainOptions): Promise<Keychain> => {
  const database = await openDatabase(options.name)
  let held: DeviceKeys | undefined
  const keys = async (): Promise<DeviceKeys> =>
    (held ??= (await readKeys(database)) ?? (await storeKeys(database, await makeKeys(options))))
  return {
    signer: async () => {
      const device = await keys()
      return { publicKey: device.signing.publicKey, sign: (message) => signWith(device, message) }
    },
    seal: async (place, plaintext) => sealWith((await keys()).sealing, place, plaintext),
    open: async (place, sealed) => openWith((await keys()).sealing, place, sealed),
    destroy: async () => {
      const transaction = begin(database, [keysStore], 'readwrite')
      const completion = completionOf(transaction)
      transaction.objectStore(keysStore).delete(deviceKey)
      await completion
      held = undefined
    },
  }
}
