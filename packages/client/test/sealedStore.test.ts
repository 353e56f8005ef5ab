import { describe, expect, it } from 'vitest'
import { nodeProvider } from '@sotto/mls/provider/node'
import { memoryKeys, openMemoryKeychain } from '../src/memory/keychain.ts'
import { memoryDisk, openMemoryStore } from '../src/memory/store.ts'
import { sealedStore } from '../src/sealedStore.ts'
import { storeContract } from './contracts/store.ts'

const provider = nodeProvider()
const bytes = (text: string) => new TextEncoder().encode(text)
const put = (key: string, value: string) => ({ kind: 'put', key, value: bytes(value) }) as const

describe('a sealed store', () => {
  for (const { title, run } of storeContract)
    it(`is a store: ${title}`, async () => {
      const disk = memoryDisk()
      const keychain = openMemoryKeychain(provider, memoryKeys())
      await run({ open: async () => sealedStore(await openMemoryStore(disk), keychain) })
    })

  const opened = async () => {
    const disk = memoryDisk()
    const keychain = openMemoryKeychain(provider, memoryKeys())
    return { disk, keychain, store: sealedStore(await openMemoryStore(disk), keychain) }
  }

  it('leaves nothing readable on the disk but keys', async () => {
    const { disk, store } = await opened()
    await store.commit([put('log/1', 'the canary sings'), put('log/2', 'the canary sings')])
    const [one, two] = [...disk.rows.values()].map((value) => Buffer.from(value).toString('latin1'))
    expect(one).not.toContain('canary')
    expect(one).not.toBe(two)
  })

  it('refuses a value that was changed, or moved to another key', async () => {
    const { disk, store } = await opened()
    await store.commit([put('a', 'one'), put('b', 'two')])
    const [a, b] = [disk.rows.get('a') as Uint8Array, disk.rows.get('b') as Uint8Array]
    disk.rows.set('a', b)
    await expect(store.get('a')).rejects.toMatchObject({ code: 'storage_damaged' })
    await expect(store.range('a', 'c', { limit: 9 })).rejects.toMatchObject({ code: 'storage_damaged' })
    disk.rows.set(
      'a',
      Uint8Array.from(a, (byte) => byte ^ 1),
    )
    await expect(store.get('a')).rejects.toMatchObject({ code: 'storage_damaged' })
  })

  it('commits in the order of the calls, however long sealing takes', async () => {
    const { keychain, disk } = await opened()
    let slow = 10
    const uneven = sealedStore(await openMemoryStore(disk), {
      open: keychain.open,
      seal: async (place, plaintext) => {
        for (let wait = slow--; wait > 0; wait--) await Promise.resolve()
        return keychain.seal(place, plaintext)
      },
    })
    await Promise.all(Array.from({ length: 10 }, (_, i) => uneven.commit([put('last', String(i))])))
    expect(await uneven.get('last')).toEqual(bytes('9'))
  })

  it('a commit that fails does not stop the next one', async () => {
    const { disk, keychain } = await opened()
    const inner = await openMemoryStore(disk)
    let fails = true
    const store = sealedStore(
      {
        ...inner,
        commit: async (changes) => {
          if (fails) throw new Error('full')
          return inner.commit(changes)
        },
      },
      keychain,
    )
    await expect(store.commit([put('a', 'one')])).rejects.toThrow('full')
    fails = false
    await store.commit([put('a', 'two')])
    expect(await store.get('a')).toEqual(bytes('two'))
  })
})
