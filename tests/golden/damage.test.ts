import { type CborValue, decodeCanonical, encodeCanonical } from '@sotto/protocol'
import {
  type Client,
  openMemoryKeychain,
  openMemoryStore,
  sealedStore,
  SottoError,
  type Transport,
} from '@sotto/client'
import { nodeProvider } from '@sotto/mls/provider/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Damage } from '../../packages/client/src/database/family.ts'
import { openDatabase } from '../../packages/client/src/database/openDatabase.ts'
import { familyOf } from '../stories/checkedRows.ts'
import { room, timeline } from '../stories/talk.ts'
import { openDevice } from '../stories/world.ts'
import { copyOf, type GoldenDevice, goldenDevice } from './device.ts'
import type { Golden } from './golden.ts'
import { copyGolden, type GoldenCopy, readGolden } from './place.ts'
import { setClock } from './then.ts'

const provider = nodeProvider()

/** No server is there: what opens, opens from what is stored. */
const offline: Transport = {
  call: async () => {
    throw new SottoError('offline')
  },
  live: () => {
    throw new SottoError('offline')
  },
}

/** A row as somebody else would have written it: another seal, one field more, one fewer. */
const spoiled = {
  'does not open': async (sealed: Uint8Array) => sealed.map((byte, at) => (at === 20 ? byte ^ 1 : byte)),
  'has one field more': (fields: readonly CborValue[]) => [...fields, 7],
  'has one field fewer': (fields: readonly CborValue[]) => fields.slice(0, -1),
} as const

type Way = keyof typeof spoiled

const spoil = async (device: GoldenDevice, key: string, way: Way): Promise<boolean> => {
  const sealed = device.disk.rows.get(key) as Uint8Array
  if (way === 'does not open') {
    device.disk.rows.set(key, await spoiled[way](sealed))
    return true
  }
  const keychain = openMemoryKeychain(provider, device.keys)
  const value = decoded(await keychain.open(key, sealed))
  if (!Array.isArray(value)) return false
  const changed = encodeCanonical(spoiled[way](value))
  if (isOfFamily(key, changed)) return false
  device.disk.rows.set(key, await keychain.seal(key, changed))
  return true
}

/** A list with one element fewer is a list. */
const isOfFamily = (key: string, value: Uint8Array): boolean => {
  try {
    familyOf(key).value.check(value)
    return true
  } catch {
    return false
  }
}

const decoded = (stored: Uint8Array): unknown => {
  try {
    return decodeCanonical(stored)
  } catch {
    return undefined
  }
}

describe('one damaged row of a profile', () => {
  let golden: Golden
  let copy: GoldenCopy
  let device: GoldenDevice
  let whole: Client
  const opened: Client[] = []

  const open = async (one: GoldenDevice): Promise<Client> => {
    const client = await openDevice('http://localhost:1', one, { transport: () => offline })
    opened.push(client)
    return client
  }
  const clean = (): GoldenDevice => copyOf(device)

  /** One row of each family that the profile has, of the room General where it is of a room. */
  const rows = (): readonly string[] => {
    const byFamily = new Map<string, string>()
    for (const key of device.disk.rows.keys()) {
      const { key: family } = familyOf(key)
      if (!byFamily.has(family) || key.includes(golden.rooms.general)) byFamily.set(family, key)
    }
    return [...byFamily.values()]
  }
  const rowsOf = (...damage: readonly Damage[]): readonly string[] =>
    rows().filter((key) => damage.includes(familyOf(key).damage))

  /** The client on a copy in which this row is spoiled; undefined where it cannot be spoiled that way. */
  const openedWithout = async (key: string, way: Way): Promise<Client | undefined> => {
    const one = clean()
    return (await spoil(one, key, way)) ? open(one) : undefined
  }

  beforeAll(async () => {
    golden = readGolden('v1')
    copy = copyGolden('v1')
    setClock(golden.writtenMs + 60_000)
    const stored = goldenDevice(copy.profile('bob'))
    // In the newest version, and only then damaged.
    await openDatabase(
      sealedStore(await openMemoryStore(stored.disk), openMemoryKeychain(provider, stored.keys)),
    )
    device = stored
    whole = await open(clean())
  })
  afterAll(async () => {
    await Promise.allSettled(opened.map((client) => client.close()))
    copy.remove()
  })

  it('there are rows of nearly every family', () => {
    expect(rows().length).toBeGreaterThan(20)
    for (const damage of ['profile', 'room', 'rebuilt', 'missing', 'shown', 'forgotten'] as const)
      expect(rowsOf(damage), damage).not.toEqual([])
  })

  for (const way of Object.keys(spoiled) as Way[])
    describe(`that ${way}`, () => {
      it('keeps the profile shut where nothing is known without it, and nothing is changed', async () => {
        for (const key of rowsOf('profile')) {
          const one = clean()
          if (!(await spoil(one, key, way))) continue
          const before = new Map(one.disk.rows)
          await expect(open(one), key).rejects.toMatchObject({ code: 'storage_damaged' })
          expect(one.disk.rows, key).toEqual(before)
        }
      })

      it('makes its room mend itself where keys were in it, and no other', async () => {
        for (const key of rowsOf('room')) {
          if (!key.includes(golden.rooms.general)) continue
          const client = await openedWithout(key, way)
          if (!client) continue
          expect(room(client, golden.rooms.general)?.state, key).toMatchObject({
            kind: 'repairing',
            code: 'storage_damaged',
          })
          expect(room(client, golden.rooms.plans)?.state, key).toEqual(room(whole, golden.rooms.plans)?.state)
        }
      })

      it('costs no room its keys where none were in it', async () => {
        for (const key of rowsOf('rebuilt', 'missing', 'shown', 'forgotten', 'question')) {
          const client = await openedWithout(key, way)
          if (!client) continue
          for (const { id, state } of whole.state().rooms)
            expect(room(client, id)?.state, `${key}: ${id}`).toEqual(state)
          await timeline(client, golden.rooms.general)
        }
      })

      it('is said at its place in the timeline, and everything around it is there', async () => {
        const items = await timeline(whole, golden.rooms.general)
        const seq = items.filter(({ kind }) => kind === 'message').at(2)?.seq ?? 0
        const key = `log/${golden.rooms.general}/${String(seq).padStart(16, '0')}`
        const client = (await openedWithout(key, way)) as Client
        const shown = await timeline(client, golden.rooms.general)
        expect(shown).toHaveLength(items.length)
        for (const [at, item] of shown.entries())
          if (item.seq === seq) expect(item).toMatchObject({ kind: 'unreadable' })
          else expect(item).toEqual(items[at])
      })
    })
})
