import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { entryKinds } from '@sotto/protocol'
import type * as peopleModule from '../../test/room/people.ts'
import type * as sqliteModule from '../../adapters/node/sqliteStore.ts'
import type * as sealingModule from '../../src/sealedStore.ts'
import type * as keychainModule from '../../adapters/node/fileKeychain.ts'
import type * as meansModule from '../../adapters/node/keys/means.ts'
import type * as rowsModule from '../../src/room/rows.ts'
import type * as timelinesModule from '../../src/timeline/timeline.ts'
import type * as lookUpModule from '../../src/timeline/lookUp.ts'
import type { Stepped } from '../../src/room/step.ts'
import type { SenderOf } from '../../src/timeline/view.ts'

/** Measures the tree at a path: of it, only what is there in each version is used. */
const [root = '', count = ''] = process.argv.slice(2)
const messages = Number(count)
const perPage = 500
const { app } = entryKinds

const load = async <T>(file: string): Promise<T | undefined> =>
  import(pathToFileURL(join(root, 'packages/client', file)).href).then(
    (module) => module as T,
    () => undefined,
  )
const loaded = async <T>(file: string): Promise<T> => {
  const module = await load<T>(file)
  if (!module) throw new Error(`${root} has no ${file}`)
  return module
}

const { roomOf, somebody } = await loaded<typeof peopleModule>('test/room/people.ts')
const { openSqliteStore } = await loaded<typeof sqliteModule>('adapters/node/sqliteStore.ts')
const { sealedStore } = await loaded<typeof sealingModule>('src/sealedStore.ts')
const { openFileKeychain } = await loaded<typeof keychainModule>('adapters/node/fileKeychain.ts')
const { meansOf } = await loaded<typeof meansModule>('adapters/node/keys/means.ts')
const { roomChanges } = await loaded<typeof rowsModule>('src/room/rows.ts')
const { readTimeline } = await loaded<typeof timelinesModule>('src/timeline/timeline.ts')
const lookUps = await load<typeof lookUpModule>('src/timeline/lookUp.ts')

/** Of the processor, in milliseconds: what else the machine does counts for little. */
const times: Record<string, number> = {}
const timed = async (what: string, work: () => Promise<unknown>): Promise<void> => {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  times[what] = (times[what] ?? 0) + (user + system) / 1000
}

const [alice, bob] = [await somebody('alice'), await somebody('bob')]
const { ledger, sides } = await roomOf(alice, bob)
const [a, b] = sides
if (!a || !b) throw new Error('nobody is there')

const directory = mkdtempSync(join(tmpdir(), 'sotto-timeline-'))
const store = sealedStore(
  await openSqliteStore(join(directory, 'store')),
  openFileKeychain(join(directory, 'keys'), meansOf({ place: 'file' })),
)
const id = Buffer.from(ledger.room).toString('hex')
/** What the runner of a room does with a step. */
const keep = async (before: typeof b.room, step: Stepped | undefined): Promise<void> =>
  store.commit([...(step?.changes ?? []), ...roomChanges(before, b.room)])
await store.commit(roomChanges(null, b.room))

/** The others write a page, which takes no time here. */
const written = async (from: number): Promise<void> => {
  for (let at = from; at < Math.min(from + perPage, messages); at++) {
    ledger.append(app, a.epoch(), await a.write(`message ${at}: words as people write them, and a few more`))
    a.room = { ...a.room, outbox: [] }
  }
}

for (let from = 0; from < messages; from += perPage) {
  await written(from)
  await timed('reading the log', async () => {
    const before = b.room
    await lookUps?.lookUp(store, id, { targets: [], isAwaited: true })
    const outcome = await b.catchUp()
    if (outcome !== 'fits') throw new Error(outcome)
    await keep(before, b.steps.at(-1))
    b.steps.length = 0
  })
}

const senderOf: SenderOf = () => ({ account: id, name: 'alice', own: false, isBot: false })
const room = { id, state: () => b.room, acknowledged: () => undefined, noSpaceFor: () => undefined }
const reader = { account: bob.state.account, device: bob.device, senderOf }
const read = (query: { readonly before?: number; readonly after?: number; readonly limit: number }) =>
  readTimeline(store, room, reader, query)
for (let turn = 0; turn < 50; turn++) await timed('opening the room 50 times', () => read({ limit: 60 }))
await timed('reading all of it', async () => {
  let seen = 0
  for (let after = 0; ;) {
    const { items, more } = await read({ after, limit: 200 })
    seen += items.length
    after = (items.at(-1)?.seq ?? 0) + 1
    if (!more) break
  }
  if (seen < messages) throw new Error(`${seen} of ${messages}`)
})
await store.close()
rmSync(directory, { recursive: true })
console.log(JSON.stringify(times))
