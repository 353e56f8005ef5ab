import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { treeOfParts, type TreePart } from '@sotto/mls/public'
import { Kysely } from 'kysely'
import type { Holder } from '../src/control/store.ts'
import type { Append } from '../src/delivery/store.ts'
import { lockData } from '../src/data/dataLock.ts'
import { openSqlite } from '../src/store/sqliteDatabase.ts'
import { openStore, type Store } from '../src/store/openStore.ts'
import { sqliteDialect } from '../src/store/sqliteDialect.ts'
import { temporaryDirectory } from './client/testServer.ts'
import { earlierDatabase } from './earlierData.ts'
import { append, entryAt, firstOf } from './contracts/appends.ts'
import { authenticationStoreContract, someAccount } from './contracts/authenticationStore.ts'
import { budgetStoreContract, chargedForEntries, chargedOnTheOpenLane } from './contracts/budgetStore.ts'
import { clockStoreContract } from './contracts/clockStore.ts'
import { deliveryStoreContract } from './contracts/deliveryStore.ts'
import { directoryStoreContract } from './contracts/directoryStore.ts'
import { inviteStoreContract } from './contracts/inviteStore.ts'
import { openRoomStoreContract } from './contracts/openRoomStore.ts'
import { openStoreContract } from './contracts/openStore.ts'

const opened: Store[] = []

/** As far as they were written before trees had a table of their own. */
interface WelcomesOfBefore {
  rooms: object
  welcomes: object
  invitations: object
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()))
})

const open = async (path: string, bytesMax?: number): Promise<Store> => {
  const store = await openStore({ path, ...(bytesMax === undefined ? {} : { bytesMax }) })
  opened.push(store)
  return store
}

const kinds: readonly (readonly [string, () => string])[] = [
  ['a file', () => join(temporaryDirectory(), 'test.db')],
  ['memory', () => ':memory:'],
]

describe.each(kinds)('SQLite in %s', (_kind, path) => {
  authenticationStoreContract(async () => (await open(path())).authentication)
  inviteStoreContract(() => open(path()))
  directoryStoreContract(() => open(path()))
  deliveryStoreContract(async () => (await open(path())).delivery)
  openStoreContract(() => open(path()))
  openRoomStoreContract(() => open(path()))
  clockStoreContract(async () => (await open(path())).clock)
  budgetStoreContract('entries', async () => chargedForEntries(await open(path())))
  budgetStoreContract('mail and rooms of the open lane', async () => chargedOnTheOpenLane(await open(path())))
})

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))

/** The commit at place 3 of a room that nothing else is known of. */
const bringsIn = (room: Uint8Array, device: Uint8Array, tree: TreePart): Append =>
  append(room, entryAt(3), {
    change: {
      kind: 'committed',
      epoch: 3,
      policy: random(10),
      group: random(10),
      groupInfo: random(10),
      meta: null,
      joined: [],
      left: [],
      welcome: { inviter: random(32), welcome: random(99), tree, devices: [device] },
    },
  })

describe('the database', () => {
  it('is opened with settings that survive a power cut', async () => {
    const path = join(temporaryDirectory(), 'test.db')
    const database = openSqlite({ path })
    for (const [name, value] of [
      ['journal_mode', 'wal'],
      ['synchronous', 2],
      ['locking_mode', 'exclusive'],
    ])
      expect(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})).toEqual([value])
    database.close()
  })

  it('keeps what was written when it is opened again', async () => {
    const path = join(temporaryDirectory(), 'test.db')
    const first = await open(path)
    const alice = someAccount('alice')
    await first.authentication.createAccount(alice)
    await first.close()
    opened.pop()
    const second = await open(path)
    expect((await second.authentication.login('alice'))?.account).toEqual(alice.account)
  })

  it('knows accounts of before: their password was bound to their name', async () => {
    const path = join(temporaryDirectory(), 'test.db')
    const db = new Kysely<{ accounts: object }>({ dialect: sqliteDialect(await earlierDatabase(path, 2)) })
    const account = random(32)
    const known = {
      account,
      name: 'alice',
      opaque_record: random(192),
      seq: 0,
      state: random(9),
      created_ms: 1,
    }
    await db.insertInto('accounts').values(known).execute()
    await db.destroy()
    const { authentication } = await open(path)
    const login = { account, credential: 'alice', opaqueRecord: known.opaque_record }
    expect(await authentication.login('alice')).toEqual(login)
  })

  it('ID-2b leaves names that look alike to those who have them, and gives out no more of them', async () => {
    const path = join(temporaryDirectory(), 'test.db')
    const database = await earlierDatabase(path, 20)
    const named = database.prepare(
      'INSERT INTO accounts (account, name, credential, opaque_record, seq, state, created_ms) VALUES (?, ?, ?, ?, 0, ?, 1)',
    )
    const accounts = ['alice', 'a1ice', 'system'].map((name) => ({ name, account: random(32) }))
    for (const { name, account } of accounts) named.run(account, name, `of ${name}`, random(9), random(9))
    database.exec(`
      INSERT INTO open_users (id, name, hidden, created_ms) VALUES (1, 'alic\u034fe', 0, 1), (2, 'bob', 0, 1);
      INSERT INTO open_users (id, name, account, hidden, created_ms) SELECT 3, 'alice', account, 0, 1 FROM accounts LIMIT 1;
      INSERT INTO released_names VALUES ('carol', 9000);
      INSERT INTO open_rooms VALUES (1, 'News', 'public/news', '', 2, 0, 0, 1, 1), (2, 'News', 'private/2/news', '', 2, 1, 0, 1, 1);
    `)
    database.close()
    const { authentication, admin, open: lane } = await open(path)
    for (const { name, account } of accounts)
      expect((await authentication.login(name))?.account).toEqual(account)
    const create = (name: string, nowMs = 1000) => {
      const account = someAccount(name)
      return authentication.createAccount({ ...account, session: { ...account.session, createdMs: nowMs } })
    }
    expect(await create('аӏісе')).toBe('alike')
    expect(await create('b0b')).toBe('alike')
    expect([await create('car0l'), await create('car0l', 9000)]).toEqual(['alike', 'created'])
    // Each of the three is one: the look is free when the last of them is gone and forgotten.
    const [alice, other] = accounts
    const remove = (holder: Holder, name: string) => admin.remove(holder, { name, nowMs: 1, nameUntilMs: 2 })
    await remove({ kind: 'person', account: alice?.account ?? random(32), user: 3 }, 'alice')
    await remove({ kind: 'program', user: 1 }, 'alic\u034fe')
    expect(await create('аӏісе')).toBe('alike')
    await remove({ kind: 'person', account: other?.account ?? random(32), user: null }, 'a1ice')
    expect(await create('аӏісе')).toBe('created')
    const room = { description: '', creator: 2, createdMs: 1, isPrivate: false }
    const make = (name: string) => lane.rooms.create({ ...room, name, uniqueName: `public/${name}` }, 99, [])
    for (const name of ['Νews', 'N℮ws', 'nеws', 'News\ufe0f'])
      expect([name, await make(name)]).toEqual([name, 'taken'])
    expect(await make('Newt')).toMatchObject({ name: 'Newt' })
  })

  it('ID-2b looks again at names that were looked at with earlier rules, and leaves each to who has it', async () => {
    const path = join(temporaryDirectory(), 'test.db')
    const database = await earlierDatabase(path, 21)
    const named = database.prepare(
      'INSERT INTO accounts (account, name, credential, opaque_record, seq, state, created_ms) VALUES (?, ?, ?, ?, 0, ?, 1)',
    )
    const look = database.prepare('INSERT INTO looks (look, names) VALUES (?, 1)')
    const names = ['高橋', '髙橋', '青木']
    for (const name of names) {
      named.run(random(32), name, `of ${name}`, random(9), random(9))
      look.run(`account/${name}`)
    }
    database.exec(`INSERT INTO released_names (name, until_ms, look) VALUES ('戸田', 9000, '戸田')`)
    database.close()
    const { authentication } = await open(path)
    for (const name of names) expect((await authentication.login(name))?.credential).toBe(`of ${name}`)
    const create = (name: string, nowMs = 1000) => {
      const account = someAccount(name)
      return authentication.createAccount({ ...account, session: { ...account.session, createdMs: nowMs } })
    }
    expect([await create('靑木'), await create('户田'), await create('户田', 9000)]).toEqual([
      'alike',
      'alike',
      'created',
    ])
  })

  it('hands out the trees of Welcomes of before, and lets each go with the last of them', async () => {
    const path = join(temporaryDirectory(), 'test.db')
    const sqlite = await earlierDatabase(path, 9)
    const db = new Kysely<WelcomesOfBefore>({ dialect: sqliteDialect(sqlite) })
    const [room, bob, carol, tree, hash] = [random(16), random(16), random(16), random(900), random(48)]
    sqlite.exec('PRAGMA foreign_keys = OFF')
    for (const [seq, device] of [
      [1, bob],
      [2, carol],
    ] as const) {
      const welcome = { hash: random(32), epoch: seq, inviter: random(32), welcome: random(99), time_ms: seq }
      await db
        .insertInto('welcomes')
        .values({ ...welcome, room, seq, tree_hash: hash, tree, meta: null })
        .execute()
      await db.insertInto('invitations').values({ room, seq, device }).execute()
    }
    await db
      .insertInto('rooms')
      .values({
        id: 1,
        room,
        epoch: 2,
        policy: random(9),
        group_info: random(9),
        meta: null,
        meta_epoch: null,
      })
      .execute()
    await db.destroy()
    let { delivery } = await open(path)
    /** Nobody else may look into a database that is open. */
    const parts = async () => {
      await opened.pop()?.close()
      const database = new DatabaseSync(path, { readOnly: true })
      const { count } = database.prepare('SELECT count(*) AS count FROM tree_parts').get() ?? {}
      database.close()
      ;({ delivery } = await open(path))
      return count
    }
    for (const device of [bob, carol]) expect(await delivery.welcomeTree(room, hash, device)).toEqual(tree)
    expect(await parts()).toBe(1)
    await delivery.settleWelcome(room, 1, bob, 'joined')
    // The tree of before is the left half of a later one: as a part it is stored in another form.
    const left = { hash, nodes: random(300), blanks: 0, below: null }
    const right = { hash: random(48), nodes: random(200), blanks: 0, below: null }
    const top = { hash: random(48), nodes: random(50), blanks: 0, below: () => [left, right] as const }
    const dave = random(16)
    await delivery.append([bringsIn(room, dave, top)])
    expect(await delivery.welcomeTree(room, top.hash, dave)).toEqual(treeOfParts([left, top, right]))
    await delivery.settleWelcome(room, 3, dave, 'joined')
    expect(await delivery.welcomeTree(room, hash, carol)).toEqual(tree)
    await delivery.settleWelcome(room, 2, carol, 'joined')
    expect(await parts()).toBe(0)
  })

  it('counts what was stored before there were counters, and begins every budget anew', async () => {
    const path = join(temporaryDirectory(), 'test.db')
    const database = await earlierDatabase(path, 12)
    database.exec(`
      INSERT INTO storage VALUES (x'01', 3000000000);
      INSERT INTO rooms VALUES (1, x'11', 0, x'', x'', NULL, NULL);
      INSERT INTO hooks VALUES (x'22', x'11', x'01', x'', 0, 'k', 's', 2);
      INSERT INTO hook_out (hook, jwe) VALUES (x'22', 'abc'), (x'22', 'de');
      INSERT INTO open_users (id, name, hidden, created_ms) VALUES (1, 'alice', 0, 1), (2, 'bob', 0, 1);
      INSERT INTO open_mail (user_id, event, payload, created_ms) VALUES (1, 'message', 'hello', 1), (1, 'message', 'you', 1);
      INSERT INTO open_rooms VALUES (1, 'one', 'one', '', 1, 0, 0, 1);
      INSERT INTO open_members VALUES (1, 1, 'joined'), (1, 2, 'invited');
      INSERT INTO open_users (id, name, hidden, created_ms) VALUES (3, 'carol', 0, 1);
      INSERT INTO open_chats VALUES ('c', 3, 0, 'open', 1);
      INSERT INTO open_participants VALUES ('c', 2), ('c', 3);
    `)
    database.close()
    const { delivery, open: lane, budgets } = await open(path)
    expect(await budgets.level('account/01')).toBeUndefined()
    const hook = Uint8Array.of(0x22)
    const handOut = (seq: number, jwe: string, countMax: number, bytesMax: number) =>
      delivery.handOut(hook, seq, jwe, { countMax, bytesMax })
    expect(await handOut(3, 'f', 2, 100)).toBe('full')
    expect(await handOut(3, 'fg', 9, 6)).toBe('full')
    expect(await handOut(3, 'f', 9, 6)).toBe('kept')
    const [alice] = await lane.users.page('', 9)
    // Who was in a chat then has joined it, as far as can be told.
    const known = await lane.acquaintances.acquaintances(2, { rowsMax: 9, chatsPerInitiatorMax: 1 })
    expect(known).toEqual([2, 3])
    const letter = (payload: string) => ({ recipient: 1, event: 'message', payload })
    const post = { sender: 2, nowMs: 1, charges: [], letters: [letter('!')] }
    const depositWithin = async (lettersMax: number, charactersMax: number) =>
      (await lane.mail.deposit({ ...post, bounds: { lettersMax, charactersMax } })).kind
    expect(await depositWithin(4, 200)).toBe('full')
    expect(await depositWithin(18, 16)).toBe('full')
    expect(await depositWithin(18, 18)).toBe('kept')
    // Those of before arrive like the others, and are given back.
    await lane.mail.arrived(alice?.id ?? 0, Number.MAX_SAFE_INTEGER)
    expect(await depositWithin(1, 1)).toBe('kept')
    expect(await lane.rooms.setMembership(1, 2, 'joined', 2)).toBe('set')
    await lane.rooms.leave(1, 2, 'gone')
    expect(await lane.rooms.setMembership(1, 2, 'joined', 1)).toBe('full')
  })

  it('says read_only when it is full, goes on reading, and recovers', async () => {
    const path = join(temporaryDirectory(), 'test.db')
    const store = await open(path, 600 * 1024)
    const room = random(16)
    const { delivery } = store
    const entry = (seq: number) => append(room, entryAt(seq, 20_000))
    await delivery.append([firstOf(room)])
    let seq = 1
    const fill = async (): Promise<void> => {
      for (; seq < 100; seq++) await delivery.append([entry(seq)])
    }
    await expect(fill()).rejects.toMatchObject({ code: 'read_only' })
    expect(seq).toBeGreaterThan(1)
    expect((await delivery.room(room))?.head.seq).toBe(seq - 1)
    await store.answer()
    await store.close()
    opened.pop()
    const roomier = await open(path)
    await roomier.delivery.append([entry(seq)])
    expect((await roomier.delivery.room(room))?.head.seq).toBe(seq)
  })

  it('belongs to one server at a time', () => {
    const directory = temporaryDirectory()
    const lock = lockData(directory)
    expect(() => lockData(directory)).toThrow('another server')
    lock.release()
    lockData(directory).release()
    expect(readFileSync(join(directory, 'lock')).length).toBe(0)
  })
})
