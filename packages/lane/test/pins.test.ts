import { expect, it } from 'vitest'
import { webCryptography } from '../adapters/net/webCryptography.ts'
import { uploadOf } from '../src/keys.ts'
import { memoryLaneStore } from '../src/memory.ts'
import { makePins } from '../src/pins.ts'
import { makeIdentity } from './onWeb.ts'

const [known, swapped] = await Promise.all([0, 1].map(async () => uploadOf(await makeIdentity('P-256'))))
const row = (key: unknown): string => JSON.stringify({ key })

const pinsWith = (rows: Readonly<Record<string, string>>, served: unknown) => {
  const store = memoryLaneStore()
  store.write(rows)
  const pins = makePins({
    cryptography: webCryptography,
    store,
    fetchKey: () => Promise.resolve(served),
    tell: () => {},
  })
  return { store, pins, names: () => store.rows('pin/', 10).map(([key]) => key) }
}

it('a pin of an earlier version, under a name as it was typed, is the pin of whoever has that name', async () => {
  const { pins, names } = pinsWith({ 'pin/Bob': row(known) }, swapped)
  for (const name of ['bob', 'Bob'])
    await expect(pins.keysOf(name)).rejects.toMatchObject({ code: 'KEY_CHANGED' })
  expect(names()).toEqual(['pin/bob'])
})

it('two spellings with one key are one pin', async () => {
  const { pins, names } = pinsWith({ 'pin/Bob': row(known), 'pin/bob': row(known) }, known)
  await expect(pins.keysOf('bob')).resolves.toBeDefined()
  expect(names()).toEqual(['pin/bob'])
})

it.each([known, swapped])(
  'two spellings with two keys: neither is believed before somebody says which',
  async (served) => {
    const rows = { 'pin/BOB': row(swapped), 'pin/Bob': row(swapped), 'pin/bob': row(known) }
    const { pins, store } = pinsWith(rows, served)
    await expect(pins.keysOf('bob')).rejects.toMatchObject({ code: 'KEY_CHANGED' })
    await pins.believe('bob', served)
    await expect(pins.keysOf('bob')).resolves.toBeDefined()
    // And it stays so for the next program.
    const next = makePins({
      cryptography: webCryptography,
      store,
      fetchKey: () => Promise.resolve(served),
      tell: () => {},
    })
    await expect(next.keysOf('bob')).resolves.toBeDefined()
  },
)
