/// <reference lib="dom" />
import { jsProvider } from '@sotto/mls/provider/js'
import { SottoError } from '@sotto/protocol'
import { openIndexedDbStore } from '../../adapters/web/indexedDbStore.ts'
import { openWebKeychain } from '../../adapters/web/webKeychain.ts'
import { keychainContract } from '../contracts/keychain.ts'
import { storeContract } from '../contracts/store.ts'

const js = jsProvider((length) => crypto.getRandomValues(new Uint8Array(length)))

const newName = (): string => `contract-${crypto.randomUUID()}`

const keychainPlace = (ed25519: 'native_if_there' | 'js') => {
  const name = newName()
  return {
    open: () => openWebKeychain({ name, ed25519 }),
    verify: async (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) =>
      js.verify('Ed25519', publicKey, message, signature),
  }
}

const titled = <T extends { readonly title: string }>(cases: readonly T[], title: string): T => {
  const found = cases.find((one) => one.title === title)
  if (!found) throw new Error(`no case ${title}`)
  return found
}

/** What the test asks this page to do, each on storage of its own. */
const contracts = {
  store: (title: string) => {
    const name = newName()
    return titled(storeContract, title).run({ open: () => openIndexedDbStore(name) })
  },
  keychain: (title: string) => titled(keychainContract, title).run(keychainPlace('native_if_there')),
  keychainInJs: (title: string) => titled(keychainContract, title).run(keychainPlace('js')),
  /** How a database is refused that a newer program has laid out, and its version afterwards. */
  newerDatabase: async () => {
    const name = newName()
    const versionOf = (wanted?: number) =>
      new Promise<number>((resolve, reject) => {
        const request = indexedDB.open(name, wanted)
        request.onsuccess = () => {
          request.result.close()
          resolve(request.result.version)
        }
        request.onerror = () => reject(request.error)
      })
    await versionOf(2)
    const refused = await openIndexedDbStore(name).catch((error: unknown) => error)
    return [refused instanceof SottoError ? refused.code : refused, await versionOf()]
  },
  /** Everything of a device's keys that a script of the page can get hold of. */
  exportableKeys: async () => {
    const name = newName()
    await (await openWebKeychain({ name })).signer()
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name)
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
    const stored = await new Promise<Record<string, { privateKey: CryptoKey } & CryptoKey>>((resolve) => {
      const request = database.transaction('keys').objectStore('keys').get('device')
      request.onsuccess = () => resolve(request.result)
    })
    return [stored['signing']?.privateKey.extractable, stored['sealing']?.extractable]
  },
}
export type Contracts = typeof contracts

Object.assign(globalThis, { contracts })
