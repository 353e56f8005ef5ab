import { randomBytes } from 'node:crypto'
import { DatabaseSync, StatementSync } from 'node:sqlite'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { OpenUser, Post } from '../src/open/store.ts'
import { openSqlite } from '../src/store/sqliteDatabase.ts'
import { openStore, type Store } from '../src/store/openStore.ts'
import { migrate } from '../src/store/migrate.ts'
import { firstOf } from './contracts/appends.ts'
import { authenticationStoreContract } from './contracts/authenticationStore.ts'
import { deliveryStoreContract } from './contracts/deliveryStore.ts'
import { directoryStoreContract } from './contracts/directoryStore.ts'
import { openStoreContract } from './contracts/openStore.ts'

/**
 * The kind: work that grows with what is stored. Every statement that the contract suites bring about is asked how it
 * would be answered, and what happens with each message is counted beside little and beside much.
 */

const opened: Store[] = []
afterAll(() => Promise.all(opened.map((store) => store.close())))

const asked = new Set<string>()
const called = new Set<string>()

/** The same port; which of its methods were called is noted. */
const watched = <P extends object>(name: string, port: P): P =>
  new Proxy(port, {
    get: (target, key) => {
      called.add(`${name}.${String(key)}`)
      return Reflect.get(target, key) as unknown
    },
  })

const open = async (): Promise<Store> => {
  const store = await openStore({ path: ':memory:' })
  opened.push(store)
  const prepare = DatabaseSync.prototype.prepare
  vi.spyOn(DatabaseSync.prototype, 'prepare').mockImplementation(function (this: DatabaseSync, sql) {
    asked.add(sql)
    return prepare.call(this, sql)
  })
  const { users, tokens, mail, rooms, chats, acquaintances } = store.open
  return {
    ...store,
    authentication: watched('authentication', store.authentication),
    directory: watched('directory', store.directory),
    delivery: watched('delivery', store.delivery),
    open: {
      users: watched('users', users),
      tokens: watched('tokens', tokens),
      mail: watched('mail', mail),
      rooms: watched('rooms', rooms),
      chats: watched('chats', chats),
      acquaintances: watched('acquaintances', acquaintances),
    },
  }
}

beforeEach(() => vi.restoreAllMocks())

describe('statements of the store', () => {
  authenticationStoreContract(async () => (await open()).authentication)
  directoryStoreContract(open)
  deliveryStoreContract(async () => (await open()).delivery)
  openStoreContract(open)

  /** Looking at many rows that cannot become many, and why. */
  const bounded: readonly (readonly [statement: RegExp, why: string])[] = [
    [
      /^select count\(\*\) as "count" from "key_packages" where "account" = \? and "device" = \?/,
      'stored at most',
    ],
    [/^select "last_resort", count\(\*\) as "count" from "key_packages"/, 'stored at most'],
    [/^select .* from "sessions" where "account" = \? order by "used_ms" desc/, 'sessions per account'],
    [
      /^select "token_hash" from "open_tokens" where "user_id" = \? and "kind" = \? order by/,
      'sessions per account',
    ],
    [
      /^select count\(\*\) as "count" from "key_package_claims" where "claimant" = \? and "ref" in/,
      'adds per commit',
    ],
    [/^select count\(\*\) as "count" from "blocks" where "account" = \?/, 'blocked by an account'],
    [/^select count\(\*\) as "count" from "invitations" inner join "welcomes"/, 'waiting per device'],
    [/^select "\w+" from "\w+" limit \?$/, 'the first of all, whichever they are'],
    [/ in \(\)/, 'a list of nothing'],
    [
      /^(?:delete|select count\(\*\) as "count") from "invites"/,
      'made by who runs the server, a bounded number',
    ],
    [/from "open_participants" .* order by "open_users"."name"/, 'participants per chat'],
    [/from "open_members" .* order by "open_users"."name"/, 'members per room, asked for as a list'],
    [/from "invitations" inner join "welcomes" .* order by "time_ms", /, 'waiting per device'],
    [/from "key_packages" .* order by "created_ms", "ref" limit \?/, 'stored at most'],
  ]
  const isOfWhatIsWritten = /^SCAN (?:CONSTANT ROW|\d+ CONSTANT ROWS|\d+-ROW VALUES CLAUSE)/
  const aggregates = /\b(?:count|sum|total|avg|group_concat)\s*\(|\bgroup by\b|\bselect distinct\b/i

  it('cover every question of the ports', async () => {
    const store = await openStore({ path: ':memory:' })
    opened.push(store)
    const { authentication, directory, delivery, open: lane } = store
    const ports = { authentication, directory, delivery, ...lane }
    const methods = Object.entries(ports).flatMap(([name, port]) =>
      Object.keys(port).map((method) => `${name}.${method}`),
    )
    expect(methods.filter((method) => !called.has(method))).toEqual([])
  })

  it('neither look at all rows of a table, nor sum them up, nor sort what they have not bounded', async () => {
    const database = openSqlite({ path: ':memory:' })
    await migrate(database)
    const growing = (sql: string): readonly string[] => {
      if (bounded.some(([statement]) => statement.test(sql))) return []
      const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()
      const steps = plan.map(({ detail }) => String(detail)).filter((step) => !isOfWhatIsWritten.test(step))
      const faults = steps.filter((step) => /^SCAN |^USE TEMP B-TREE/.test(step))
      return aggregates.test(sql) ? [...faults, 'AGGREGATE'] : faults
    }
    const statements = [...asked].filter((sql) => /^(?:select|insert|update|delete)\b/i.test(sql))
    expect(statements.length).toBeGreaterThan(100)
    const faults = statements.flatMap((sql) => growing(sql).map((fault) => `${fault}: ${sql}`))
    database.close()
    expect(faults).toEqual([])
    // The exceptions are of statements that there are.
    for (const [statement] of bounded) expect(statements.some((sql) => statement.test(sql))).toBe(true)
  })
})

/** What an operation of the store costs: statements, and the rows that they give back. */
const counted = async (work: () => Promise<unknown>): Promise<{ statements: number; rows: number }> => {
  const cost = { statements: 0, rows: 0 }
  const { all, run } = StatementSync.prototype
  vi.spyOn(StatementSync.prototype, 'all').mockImplementation(function (
    this: StatementSync,
    ...given: unknown[]
  ) {
    const rows = all.apply(this, given as never)
    cost.statements++
    cost.rows += rows.length
    return rows
  })
  vi.spyOn(StatementSync.prototype, 'run').mockImplementation(function (
    this: StatementSync,
    ...given: unknown[]
  ) {
    cost.statements++
    return run.apply(this, given as never)
  })
  await work()
  vi.restoreAllMocks()
  return cost
}

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))
const roomy = { lettersMax: 1_000_000, charactersMax: 1_000_000_000 }

const userOf = async (store: Store, name: string): Promise<OpenUser> => {
  const user = await store.open.users.createProgram({
    name,
    password: 'a hash',
    publicKey: null,
    fingerprint: null,
    createdMs: 1,
    invite: null,
  })
  if (typeof user === 'string') throw new Error(user)
  return user
}

interface Beside {
  readonly store: Store
  readonly alice: OpenUser
  readonly bob: OpenUser
  readonly hook: Uint8Array
  readonly lane: number
  readonly post: (letters: number) => Post
  readonly handOut: (seq: number) => Promise<unknown>
  readonly say: () => Promise<unknown>
  /** A number that rises. */
  readonly next: () => number
}

/** A server on which so much of everything is stored. */
const beside = async (much: number): Promise<Beside> => {
  const store = await openStore({ path: ':memory:' })
  opened.push(store)
  const [alice, bob] = [await userOf(store, 'alice'), await userOf(store, 'bob')]
  const post = (letters: number): Post => ({
    sender: bob.id,
    letters: Array.from({ length: letters }, () => ({
      recipient: alice.id,
      event: 'message',
      payload: 'hello',
    })),
    bounds: roomy,
    nowMs: 1,
    charges: [],
  })
  for (let left = much; left > 0; left -= 1000) await store.open.mail.deposit(post(Math.min(1000, left)))

  const made = await store.open.rooms.create(
    { name: 'one', description: '', creator: alice.id, createdMs: 1, isPrivate: false, uniqueName: 'one' },
    9,
    [],
  )
  if (typeof made === 'string') throw new Error(made)
  await store.open.rooms.setMembership(made.id, alice.id, 'joined', 9)
  const say = () =>
    store.open.rooms.append(
      {
        room: made.id,
        sender: alice.id,
        keyId: 'k',
        iv: random(12),
        ivText: '',
        content: 'hello',
        messageHash: '',
        createdMs: 1,
      },
      [],
    )
  for (let at = 0; at < much / 10; at++) await say()

  const room = random(16)
  const hook = random(16)
  await store.delivery.append([firstOf(room)])
  await store.delivery.putHook({
    hook,
    room,
    account: random(32),
    tokenHash: random(32),
    generation: 0,
    keyIds: ['k'],
    statement: 's',
  })
  const handOut = (seq: number) =>
    store.delivery.handOut(hook, seq, 'jwe', { countMax: 1_000_000, bytesMax: 1_000_000_000 })
  let number = 0
  const next = () => ++number
  for (let at = 0; at < much / 10; at++) await handOut(next())
  return { store, alice, bob, hook, lane: made.id, post, handOut, say, next }
}

describe('what happens with every message', () => {
  const operations: Readonly<Record<string, (given: Beside) => Promise<unknown>>> = {
    'a letter': ({ store, post }) => store.open.mail.deposit(post(1)),
    // Whether its owner knows the sender is asked then.
    'a letter for a mailbox that strangers have filled': ({ store, post }) =>
      store.open.mail.deposit({ ...post(1), bounds: { ...roomy, lettersMax: 500 } }),
    'a look at the mailbox': ({ store, alice }) => store.open.mail.waiting(alice.id, 0, 9),
    'the arrival of a letter': async ({ store, alice }) => {
      const [first] = await store.open.mail.waiting(alice.id, 0, 1)
      await store.open.mail.arrived(alice.id, first?.id ?? 0)
    },
    'a message of a room': ({ say }) => say(),
    'a look at the end of a room': ({ store, lane }) =>
      store.open.rooms.history(lane, Number.MAX_SAFE_INTEGER, 9, 1_000_000),
    'an invitation to a room': ({ store, lane, bob }) =>
      store.open.rooms.setMembership(lane, bob.id, 'invited', 9),
    'a hand-out': ({ handOut, next }) => handOut(next()),
    'what a script has read': async ({ store, hook }) => {
      const [first] = await store.delivery.handedOut(hook, 0, 1)
      await store.delivery.settleOut(hook, first?.cursor ?? 0)
    },
  }

  it('costs as many statements and rows beside 10,000 letters and 1,000 of everything else as beside 600 and 60', async () => {
    const little = await beside(600)
    const much = await beside(10_000)
    for (const [name, operation] of Object.entries(operations)) {
      const cost = await counted(() => operation(little))
      expect(cost.statements, name).toBeGreaterThan(0)
      expect([name, await counted(() => operation(much))]).toEqual([name, cost])
    }
  })

  it('costs no statement for each recipient', async () => {
    const { store, bob, post } = await beside(0)
    const users: OpenUser[] = []
    for (let at = 0; at < 100; at++) users.push(await userOf(store, `user${at}`))
    const letters = users.map(({ id }) => ({ recipient: id, event: 'message', payload: 'hello' }))
    const charge = { budget: 'account/bob', bytes: 1, bytesPerDay: 1000, atMs: 1 }
    const toAll = { ...post(0), sender: bob.id, letters, charges: [charge] }
    // Beginning and end of the transaction among them.
    expect((await counted(() => store.open.mail.deposit(toAll))).statements).toBe(15)
  })
})
