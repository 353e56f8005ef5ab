import { SottoError } from '@sotto/protocol'
import type { Keychain } from './ports/keychain.ts'
import type { Change, Row, Store } from './ports/store.ts'

/**
 * A store whose values are sealed at rest under the device's key SK. A value opens only under the key where it was
 * put, so that rows cannot be swapped; keys stay readable, and hold ids and numbers only.
 *
 * Reading rejects with SottoError `storage_damaged` {row: its key} where a value does not open.
 */
export const sealedStore = (store: Store, keychain: Pick<Keychain, 'seal' | 'open'>): Store => {
  const seal = async (change: Change): Promise<Change> =>
    change.kind === 'put' ? { ...change, value: await keychain.seal(change.key, change.value) } : change
  const openAt = async (key: string, value: Uint8Array): Promise<Uint8Array> => {
    try {
      return await keychain.open(key, value)
    } catch (error) {
      if (!(error instanceof SottoError && error.code === 'storage_damaged')) throw error
      throw new SottoError(error.code, error.message, { ...error.detail, row: key })
    }
  }
  const open = async ({ key, value }: Row): Promise<Row> => ({ key, value: await openAt(key, value) })

  // Sealing may take unequally long; commits still reach the store in the order of their calls.
  let last: Promise<unknown> = Promise.resolve()
  const inOrder = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work)
    last = next.catch(() => {})
    return next
  }

  return {
    get: async (key) => {
      const value = await store.get(key)
      return value && openAt(key, value)
    },
    range: async (from, to, options) => Promise.all((await store.range(from, to, options)).map(open)),
    commit: (changes) => {
      const sealed = Promise.all(changes.map(seal))
      return inOrder(async () => store.commit(await sealed))
    },
    close: () => inOrder(() => store.close()),
  }
}
