/// <reference lib="dom" />
import { webProvider } from '@sotto/mls/provider/web'
import { SottoError } from '@sotto/protocol'
import { netTransport } from '../../adapters/net/index.ts'
import { joseLibrary } from '../../adapters/net/jose.ts'
import { timerScheduler } from '../../adapters/net/timerScheduler.ts'
import { begin, completionOf, keysStore, openDatabase, rowsStore } from '../../adapters/web/database.ts'
import { openIndexedDbStore } from '../../adapters/web/indexedDbStore.ts'
import { openWebKeychain } from '../../adapters/web/webKeychain.ts'
import { type Client, openClient, sealedStore } from '../../src/index.ts'

/** What a browser has of a profile, in base64: sealed rows, and the two keys that it would not hand out. */
export interface BrowserProfile {
  readonly signing: string
  readonly public: string
  readonly sealing: string
  readonly rows: readonly (readonly [key: string, value: string])[]
}

const name = 'golden'

const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0))

/** PKCS #8 of an Ed25519 key (RFC 8410 §7), before its seed. */
const pkcs8 = bytesOf('MC4CAQAwBQYDK2VwBCIEIA==')

/** The keys as the browser keeps those that it has made itself: it does not hand them out. */
const imported = async (profile: BrowserProfile) => {
  const signing = new Uint8Array([...pkcs8, ...bytesOf(profile.signing)])
  const sealing = await crypto.subtle.importKey('raw', bytesOf(profile.sealing), 'AES-GCM', false, [
    'encrypt',
    'decrypt',
  ])
  const privateKey = await crypto.subtle.importKey('pkcs8', signing, 'Ed25519', false, ['sign'])
  return { signing: { kind: 'native', privateKey, publicKey: bytesOf(profile.public) }, sealing }
}

const put = async (profile: BrowserProfile): Promise<void> => {
  const keys = await imported(profile)
  const database = await openDatabase(name)
  const transaction = begin(database, [rowsStore, keysStore], 'readwrite')
  const completion = completionOf(transaction)
  transaction.objectStore(keysStore).put(keys, 'device')
  for (const [key, value] of profile.rows) transaction.objectStore(rowsStore).put(bytesOf(value), key)
  await completion
  database.close()
}

const noPassword = async (): Promise<never> => {
  throw new SottoError('unsupported')
}

const open = async (): Promise<Client> => {
  const keychain = await openWebKeychain({ name })
  const server = location.origin
  return openClient({
    server,
    store: sealedStore(await openIndexedDbStore(name), keychain),
    keychain,
    transport: netTransport({ server }),
    scheduler: timerScheduler,
    provider: await webProvider(),
    jose: joseLibrary,
    password: {
      registerStart: noPassword,
      registerFinish: noPassword,
      loginStart: noPassword,
      loginFinish: noPassword,
    },
    deviceKind: 'web',
    limits: { keyPackagesOneTime: 4, keyPackagesRefillBelow: 2 },
  })
}

let client: Client | undefined

const textsIn = async (room: string): Promise<readonly string[]> => {
  const { items } = (await client?.timeline({ room, limit: 200 })) ?? { items: [] }
  return items.flatMap((item) => (item.kind === 'message' && item.seq !== null ? [item.text] : []))
}

/** What the test asks this page to do. */
const golden = {
  put,
  /** Opens the profile. @returns the code of what keeps it shut */
  open: async (): Promise<string> => {
    try {
      client = await open()
      return 'opened'
    } catch (error) {
      return error instanceof SottoError ? error.code : String(error)
    }
  },
  close: async () => client?.close(),
  send: async (room: string, text: string) => client?.send({ room, text }),
  /** The texts of a room, once there are so many in its log. */
  texts: (room: string, count: number): Promise<readonly string[]> =>
    new Promise((resolve, reject) => {
      const look = async (): Promise<void> => {
        const found = await textsIn(room)
        if (found.length >= count) resolve(found)
      }
      client?.subscribe(() => void look().catch(reject))
      void look().catch(reject)
    }),
  /** Everything in IndexedDB of it, to be compared. */
  rows: async (): Promise<readonly (readonly [string, string])[]> => {
    const store = await openIndexedDbStore(name)
    const rows = await store.range('', '~', { limit: 100_000 })
    await store.close()
    return rows.map(({ key, value }) => [key, btoa(String.fromCharCode(...value))])
  },
  /** Says in the store that a newer program has written it. */
  makeNewer: async (version: readonly number[]) => {
    const keychain = await openWebKeychain({ name })
    const store = await openIndexedDbStore(name)
    const value = await keychain.seal('schema', new Uint8Array(version))
    await store.commit([{ kind: 'put', key: 'schema', value }])
    await store.close()
  },
}
export type GoldenCalls = typeof golden

Object.assign(globalThis, { golden })
