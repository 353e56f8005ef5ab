import { nodeProvider } from '@sotto/mls/provider/node'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { everyReading, type Reading, readableAt, readableRows } from '../../src/database/readings.ts'
import { memoryKeys, openMemoryKeychain } from '../../src/memory/keychain.ts'
import { memoryDisk, openMemoryStore } from '../../src/memory/store.ts'
import { sealedStore } from '../../src/sealedStore.ts'
import { put } from './firstVersion.ts'

const provider = nodeProvider()
const keyAt = (at: number): string => `m/${String(at).padStart(2, '0')}`
const bounds = { from: 'm/', to: 'm0' }

const damagedAt = async (count: number, damaged: ReadonlySet<number>) => {
  const disk = memoryDisk()
  const store = sealedStore(await openMemoryStore(disk), openMemoryKeychain(provider, memoryKeys()))
  await store.commit(Array.from({ length: count }, (_, at) => put(keyAt(at), Uint8Array.of(at))))
  for (const at of damaged) disk.rows.set(keyAt(at), new Uint8Array(40))
  return store
}

describe('reading rows of which some are damaged', () => {
  it('tells each of them once, in order, with its value or as damaged, however long a page is', () =>
    fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 12 }),
        fc.uniqueArray(fc.nat({ max: 11 })),
        fc.integer({ min: 1, max: 5 }),
        async (count, spoiled, rowsPerPage) => {
          const damaged = new Set(spoiled.filter((at) => at < count))
          const store = await damagedAt(count, damaged)
          const found: Reading[] = []
          for await (const reading of everyReading(store, bounds, rowsPerPage)) found.push(reading)
          expect(found).toEqual(
            Array.from({ length: count }, (_, at) =>
              damaged.has(at)
                ? { kind: 'damaged', key: keyAt(at) }
                : { kind: 'row', key: keyAt(at), value: Uint8Array.of(at) },
            ),
          )
        },
      ),
      { numRuns: 60 },
    ))

  it('passes over them where they can be done without', async () => {
    const store = await damagedAt(3, new Set([1]))
    expect((await readableRows(store, bounds)).map(({ key }) => key)).toEqual([keyAt(0), keyAt(2)])
    expect(await readableAt(store, keyAt(1))).toBeUndefined()
    expect(await readableAt(store, keyAt(2))).toEqual(Uint8Array.of(2))
  })

  it('fails where it is not a row that cannot be read, but the store', async () => {
    const store = await damagedAt(1, new Set())
    const failing = {
      get: async () => Promise.reject(new Error('gone')),
      range: async () => Promise.reject(new Error('gone')),
    }
    await expect(readableAt(failing, keyAt(0))).rejects.toThrow('gone')
    await expect(readableRows(failing, bounds)).rejects.toThrow('gone')
    expect(await readableRows(store, bounds)).toHaveLength(1)
  })
})
