import { nodeProvider } from '@sotto/mls/provider/node'
import { encodeCanonical } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { eraseEverything, openDatabase } from '../../src/database/openDatabase.ts'
import {
  newestVersion,
  readVersion,
  settledAt,
  versionChange,
  versionKey,
} from '../../src/database/version.ts'
import { memoryKeys, openMemoryKeychain } from '../../src/memory/keychain.ts'
import { type MemoryDisk, memoryDisk, openMemoryStore } from '../../src/memory/store.ts'
import { sealedStore } from '../../src/sealedStore.ts'
import { put } from './firstVersion.ts'

const provider = nodeProvider()

const opened = async () => {
  const disk = memoryDisk()
  const store = sealedStore(await openMemoryStore(disk), openMemoryKeychain(provider, memoryKeys()))
  return { disk, store }
}

const copyOf = ({ rows }: MemoryDisk) => new Map(rows)

describe('the version of a store', () => {
  it('is the newest in one that is new', async () => {
    const { store, disk } = await opened()
    const database = await openDatabase(store)
    expect(disk.rows.size).toBe(0)
    await database.commit([put('account', Uint8Array.of(1))])
    expect(await readVersion(store)).toEqual(settledAt(newestVersion))
  })

  it('goes when everything is erased, and comes with the next row', async () => {
    const { store, disk } = await opened()
    const database = await openDatabase(store)
    await database.commit([put('account', Uint8Array.of(1))])
    await database.commit([eraseEverything])
    expect(disk.rows.size).toBe(0)
    await database.commit([put('account', Uint8Array.of(2))])
    expect(await readVersion(store)).toEqual(settledAt(newestVersion))
  })

  it('is the first where rows are and nothing says so, and the newest afterwards', async () => {
    const { store } = await opened()
    await store.commit([put('account', Uint8Array.of(1))])
    expect(await readVersion(store)).toEqual(settledAt(1))
    await openDatabase(store)
    expect(await readVersion(store)).toEqual(settledAt(newestVersion))
    expect(await store.get('account')).toEqual(Uint8Array.of(1))
  })

  it('is written once: opening again changes nothing', async () => {
    const { store, disk } = await opened()
    await (await openDatabase(store)).commit([put('account', Uint8Array.of(1))])
    const before = copyOf(disk)
    await openDatabase(store)
    expect(disk.rows).toEqual(before)
  })

  const newer = newestVersion + 1
  it.each([
    ['settled', encodeCanonical([newer, newer, ''])],
    ['half on the way there', encodeCanonical([newer, newestVersion, 'log/17'])],
    ['said in a form that is not known yet', encodeCanonical([newer, { why: 'a later program' }])],
  ])('that is newer and %s is refused, and nothing is changed', async (_, value) => {
    const { store, disk } = await opened()
    await store.commit([put('account', Uint8Array.of(1)), put(versionKey, value)])
    const before = copyOf(disk)
    await expect(openDatabase(store)).rejects.toMatchObject({
      code: 'storage_newer',
      detail: { version: newer, known: newestVersion },
    })
    expect(disk.rows).toEqual(before)
  })

  it.each([
    ['no structure', Uint8Array.of(0xff)],
    ['no version', encodeCanonical([0, 0, ''])],
    ['more than was needed', encodeCanonical([1, 2, ''])],
    ['another field', encodeCanonical([newestVersion, 1, '', 7])],
  ])('that cannot be read (%s) is refused, and nothing is changed', async (_, value) => {
    const { store, disk } = await opened()
    await store.commit([put(versionKey, value)])
    const before = copyOf(disk)
    await expect(openDatabase(store)).rejects.toMatchObject({ code: 'storage_damaged' })
    expect(disk.rows).toEqual(before)
  })

  it('cannot be written by somebody who has only the disk', async () => {
    const { store, disk } = await opened()
    await (await openDatabase(store)).commit([put('account', Uint8Array.of(1))])
    disk.rows.set(versionKey, encodeCanonical([1, 1, '']))
    await expect(openDatabase(store)).rejects.toMatchObject({ code: 'storage_damaged' })
  })

  it('goes on behind the page that a migration has reached', async () => {
    const { store } = await opened()
    const half = { needed: newestVersion, reached: newestVersion - 1, cursor: 'rooms/17' }
    await store.commit([put('account', Uint8Array.of(1)), versionChange(half)])
    expect(await readVersion(store)).toEqual(half)
    await openDatabase(store)
    expect(await readVersion(store)).toEqual(settledAt(newestVersion))
  })
})
