import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Client,
  openMemoryKeychain,
  openMemoryStore,
  sealedStore,
  type Store,
  textDraft,
} from '@sotto/client'
import { openNodeClient } from '@sotto/client/node'
import { nodeProvider } from '@sotto/mls/provider/node'
import { encodeCanonical } from '@sotto/protocol'
import type { RunningServer } from '@sotto/server'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { migrate } from '../../packages/client/src/database/migrate.ts'
import { migrations } from '../../packages/client/src/database/migrations/index.ts'
import { firstVersion, newestVersion, readVersion } from '../../packages/client/src/database/version.ts'
import { dyingAfter } from '../../packages/client/test/database/firstVersion.ts'
import { familyOf } from '../stories/checkedRows.ts'
import { smallStock } from '../stories/stock.ts'
import { messages, online, texts, untilMessages, untilTimeline } from '../stories/talk.ts'
import { openDevice } from '../stories/world.ts'
import { copyOf, type GoldenDevice, goldenDevice } from './device.ts'
import type { Golden } from './golden.ts'
import { copyGolden, type GoldenCopy, goldenVersions, readGolden } from './place.ts'
import { startGolden } from './server.ts'
import { setClock } from './then.ts'

const provider = nodeProvider()

/** Few: these profiles are small, and their migrations are to take several transactions. */
const rowsPerPage = 8

const storeOf = async ({ disk, keys }: GoldenDevice): Promise<Store> =>
  sealedStore(await openMemoryStore(disk), openMemoryKeychain(provider, keys))

/** All rows of a device, opened. */
const rowsOf = async (device: GoldenDevice): Promise<ReadonlyMap<string, Uint8Array>> => {
  const keychain = openMemoryKeychain(provider, device.keys)
  const rows = [...device.disk.rows].map(
    async ([key, value]) => [key, await keychain.open(key, value)] as const,
  )
  return new Map(await Promise.all(rows))
}

describe.each(goldenVersions)('the profiles of %s', (version) => {
  let golden: Golden
  let copy: GoldenCopy
  const opened = new Set<Client>()

  const open = async (name: string): Promise<Client> => {
    const client = await openNodeClient({ profile: copy.profile(name), limits: smallStock })
    opened.add(client)
    return client
  }

  beforeAll(() => {
    golden = readGolden(version)
    setClock(golden.writtenMs + 60_000)
  })
  beforeEach(() => {
    copy?.remove()
    copy = copyGolden(version)
  })
  afterAll(async () => {
    await Promise.allSettled([...opened].map((client) => client.close()))
    copy.remove()
  })

  it.each(['alice', 'bob'])('%s: every row is of the schema once it has been opened', async (name) => {
    await (await open(name)).close()
    const device = goldenDevice(copy.profile(name))
    expect(await readVersion(await storeOf(device))).toMatchObject({ reached: newestVersion })
    for (const [key, value] of await rowsOf(device))
      expect(() => familyOf(key).value.check(value), key).not.toThrow()
  })

  it.each(['alice', 'bob'])('%s: killed at any commit of its migrations, it ends the same', async (name) => {
    const stored = goldenDevice(copy.profile(name))
    const migrated = async (device: GoldenDevice) => {
      const store = await storeOf(device)
      await migrate(store, (await readVersion(store)) ?? firstVersion, migrations, rowsPerPage)
      return rowsOf(device)
    }
    const whole = await migrated(copyOf(stored))
    let kills = 0
    for (let commits = 1; ; commits++) {
      const device = copyOf(stored)
      const dying = dyingAfter(await storeOf(device), commits)
      const outcome = await migrate(dying, firstVersion, migrations, rowsPerPage).then(
        () => 'done',
        () => 'killed',
      )
      expect(await migrated(device)).toEqual(whole)
      if (outcome === 'done') break
      kills += 1
    }
    expect(kills).toBeGreaterThan(4)
  })

  it('what was being written before there were parts of drafts is still there', async () => {
    const alice = await open('alice')
    const drafts = alice.state().rooms.map(({ id, draft }) => [id, draft] as const)
    expect(new Map(drafts).get(golden.rooms.plans)).toEqual(textDraft(golden.draftOfAlice))
    await alice.close()
  })

  it('of a version that is not known yet are refused, and no row is changed', async () => {
    const device = goldenDevice(copy.profile('alice'))
    const store = join(copy.profile('alice'), 'store')
    const newer = await openMemoryKeychain(provider, device.keys).seal(
      'schema',
      encodeCanonical([newestVersion + 1, 'whatever it will be']),
    )
    const { DatabaseSync } = await import('node:sqlite')
    const database = new DatabaseSync(store)
    database.prepare('INSERT INTO rows (key, value) VALUES (?, ?)').run('schema', newer)
    database.close()
    const before = goldenDevice(copy.profile('alice')).disk.rows
    const files = ['keys', 'server'].map((file) => readFileSync(join(copy.profile('alice'), file)))
    await expect(open('alice')).rejects.toMatchObject({
      code: 'storage_newer',
      detail: { version: newestVersion + 1, known: newestVersion },
    })
    expect(goldenDevice(copy.profile('alice')).disk.rows).toEqual(before)
    expect(['keys', 'server'].map((file) => readFileSync(join(copy.profile('alice'), file)))).toEqual(files)
  })

  describe('with their server', () => {
    let server: RunningServer
    beforeEach(async () => {
      server = await startGolden(copy, golden)
    })
    const end = async (...clients: readonly Client[]): Promise<void> => {
      for (const client of clients) await client.close()
      await server.close()
    }

    it('react to what was said before there were reactions', async () => {
      const [alice, bob] = [await open('alice'), await open('bob')]
      await Promise.all([online(alice), online(bob)])
      const { general } = golden.rooms
      const old = (await messages(alice, general)).find(({ sender }) => !sender.own)
      await alice.react({ room: general, id: old?.id ?? '', emoji: '👍', isOn: true })
      const isThere = (items: readonly object[]) =>
        items.some((item) => 'text' in item && item.text === old?.text && 'reactions' in item)
      await untilTimeline(bob, general, isThere)
      await untilTimeline(alice, general, isThere)
      await end(alice, bob)
    })

    it('fetch accounts anew whose rows are damaged, and know them by their names', async () => {
      const device = goldenDevice(copy.profile('bob'))
      const contacts = [...device.disk.rows.keys()].filter((key) => key.startsWith('contact/'))
      for (const key of contacts) device.disk.rows.set(key, new Uint8Array(64))
      const bob = await openDevice(server.url, device)
      await online(bob)
      const { general } = golden.rooms
      await untilTimeline(bob, general, (items) => items.some(({ kind }) => kind === 'message'))
      const isRead = async () => {
        const rows = await rowsOf(device).catch(() => new Map<string, Uint8Array>())
        return contacts.every((key) => rows.has(key))
      }
      await expect.poll(isRead, { timeout: 30_000 }).toBe(true)
      const names = (await messages(bob, general)).map(({ sender }) => sender.name)
      expect([...new Set(names)].toSorted()).toEqual(['alice', 'bob', 'carol'])
      await bob.send({ room: general, text: 'I know you all again.' })
      await untilMessages(bob, general, golden.texts.general.length + 2)
      expect(await texts(bob, general)).toContain('I know you all again.')
      await end(bob)
    })
  })
})
