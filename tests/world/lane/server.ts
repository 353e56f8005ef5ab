import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import type { Call, CallAnswer } from '@sotto/lane/core'
import { SottoError } from '@sotto/protocol'
import { makeMemoryBudget } from '../../../packages/server/src/budget/memory.ts'
import type { ServerLimits } from '../../../packages/server/src/configuration.ts'
import type { Core } from '../../../packages/server/src/core.ts'
import type { EventLog } from '../../../packages/server/src/logging/eventLog.ts'
import type { Passwords } from '../../../packages/server/src/open/accounts/password.ts'
import { needScope } from '../../../packages/server/src/open/accounts/sessions.ts'
import type { OpenRoute } from '../../../packages/server/src/open/edge/answers.ts'
import { type Attendance, makeAttendance } from '../../../packages/server/src/open/edge/attendance.ts'
import type { OpenSocket } from '../../../packages/server/src/open/edge/connection.ts'
import {
  asRefusal,
  openFailureBody,
  openFailures,
  OpenRefusal,
} from '../../../packages/server/src/open/failure.ts'
import { makeOpenServices, type OpenServices } from '../../../packages/server/src/open/services.ts'
import type { OpenStore } from '../../../packages/server/src/open/store.ts'
import { makeRate } from '../../../packages/server/src/rate.ts'
import { migrate } from '../../../packages/server/src/store/migrate.ts'
import { migrations } from '../../../packages/server/src/store/migrations/index.ts'
import { openLaneStore } from '../../../packages/server/src/store/openLane/openLaneStore.ts'
import type { Schema } from '../../../packages/server/src/store/schema.ts'
import { sqliteDialect } from '../../../packages/server/src/store/sqliteDialect.ts'
import type { Clock } from '../clock.ts'
import { never } from '../never.ts'
import type { Random } from '../random.ts'
import type { Trace } from '../trace.ts'

/** What the other side of a socket hears. */
export interface Heard {
  event(event: string, payload: unknown): void
  /** A ping behind everything so far; `answered` is called when its answer has come back. */
  ping(answered: () => void): void
  refused(data: unknown): void
  closed(by: 'server' | 'network'): void
}

/** One socket, as it reaches the server. */
export interface LaneConnection {
  emit(json: string, acknowledge: (answer: unknown) => void): void
  close(): void
}

/** What of the server's life the lane shares. */
export interface LaneLife {
  readonly own: { readonly isAlive: boolean }
  readonly core: Core
  readonly limits: ServerLimits
  readonly log: EventLog
  isFull(): boolean
  /** Whether the server dies here. */
  struck(point: 'before_write' | 'after_write' | 'after_ack'): boolean
}

/**
 * The open lane of the server, from what answers a call and an event down to its store in SQLite. What is left out stands
 * above: HTTP, the framing of Socket.IO, and the budgets of its edge.
 */
export interface LaneServer {
  start(life: LaneLife): void
  crash(): void
  call(call: Call): Promise<CallAnswer | 'gone'>
  connect(token: string | undefined, heard: Heard): LaneConnection
  isUp(): boolean
  /** All that it keeps, as text. */
  kept(): string
  close(): void
}

const writes: ReadonlySet<string> = new Set(
  (
    'createProgram person setKey setPresence openSession createAccess endAccess touch end deposit arrived ' +
    'create setMembership leave append join rekey'
  ).split(' '),
)

/** Checks what Argon2id would: stretching a password takes the time of a machine. */
const quickPasswords: Passwords = {
  hash: async (password) => `quick ${password.length} ${Buffer.from(password).toString('hex')}`,
  verify: async (password, stored, share) => stored === (await quickPasswords.hash(password, share)),
}

const sessionCheckMs = 10 * 60_000

interface Running extends LaneLife {
  readonly services: OpenServices
  readonly attendance: Attendance
  readonly ends: Set<() => void>
}

const laneLimits = (limits: ServerLimits): ServerLimits => ({
  ...limits,
  registrationsPerAddressPerHour: 10_000,
})

/** The database of a schema that is made once, and copied by its statements. */
let schemaSql: readonly string[] | undefined
export const prepareSchema = async (): Promise<void> => {
  if (schemaSql) return
  const database = new DatabaseSync(':memory:')
  await migrate(database, migrations)
  const rows = database.prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid').all()
  schemaSql = rows.map(({ sql }) => String(sql)).filter((sql) => !sql.includes('sqlite_sequence'))
  database.close()
}

const freshDatabase = (): DatabaseSync => {
  const database = new DatabaseSync(':memory:')
  for (const sql of schemaSql ?? []) database.exec(sql)
  return database
}

const fieldsOf = (pattern: string, path: string): Record<string, string> | undefined => {
  const [wanted, given] = [pattern.split('/'), path.split('/')]
  if (wanted.length !== given.length) return undefined
  const fields: Record<string, string> = {}
  for (const [at, part] of wanted.entries())
    if (part.startsWith(':')) fields[part.slice(1)] = decodeURIComponent(given[at] ?? '')
    else if (part !== given[at]) return undefined
  return fields
}

const routeOf = (routes: readonly OpenRoute[], method: string, path: string) => {
  for (const route of routes) {
    const fields = route.operation.method === method ? fieldsOf(route.operation.path, path) : undefined
    if (fields) return { route, fields }
  }
  throw new OpenRefusal('NOT_FOUND')
}

export const makeLaneServer = (options: {
  readonly clock: Clock
  readonly random: Random
  readonly trace: Trace
  bug(what: string): void
}): LaneServer => {
  const { clock, random, trace } = options
  const database = freshDatabase()
  const store = openLaneStore(new Kysely<Schema>({ dialect: sqliteDialect(database) }))
  let running: Running | undefined

  const pause = (delayMs: number): Promise<void> =>
    new Promise((resolve) => void clock.after(delayMs, resolve))

  const gated = <Port extends object>(port: Port, life: LaneLife): Port =>
    Object.fromEntries(
      Object.entries(port).map(([name, method]: [string, (...args: unknown[]) => Promise<unknown>]) => {
        const isWrite = writes.has(name)
        return [
          name,
          async (...args: unknown[]): Promise<unknown> => {
            if (!life.own.isAlive) return never()
            if (isWrite) {
              await pause(random.between(0, 4))
              if (!life.own.isAlive || life.struck('before_write')) return never()
              if (life.isFull()) throw new SottoError('read_only')
            }
            const result = await method(...args)
            if (isWrite) trace.note('lane stored', name)
            return !life.own.isAlive || (isWrite && life.struck('after_write')) ? never() : result
          },
        ]
      }),
    ) as Port

  const storeOf = (life: LaneLife): OpenStore =>
    Object.fromEntries(
      Object.entries(store).map(([name, port]) => [name, gated(port as object, life)]),
    ) as unknown as OpenStore

  const failureOf = (error: unknown, life: LaneLife): OpenRefusal => {
    const refusal = asRefusal(error)
    if (!refusal && life.own.isAlive)
      options.bug(error instanceof Error ? (error.stack ?? error.message) : String(error))
    return refusal ?? new OpenRefusal('INTERNAL')
  }

  const start = (life: LaneLife): void => {
    const { core, log } = life
    const limits = laneLimits(life.limits)
    const common = { ...core, clock: core.steady, limits, log }
    const gate = storeOf(life)
    const services = makeOpenServices({
      ...common,
      store: gate,
      passwords: quickPasswords,
      attendance: { isOnline: (user) => attendance.isOnline(user), online: () => attendance.online() },
      chance: random.next,
    })
    const attendance: Attendance = makeAttendance({
      ...common,
      ...services,
      mail: gate.mail,
      memory: makeMemoryBudget(limits),
      rate: makeRate(core.steady, { perSecond: limits.messagesPerSecond, burst: limits.messageBurst }),
      onOffline: (user) => services.presence.say('user_offline', user),
    })
    running = { ...life, services, attendance, ends: new Set() }
    const check = (): void => {
      if (!life.own.isAlive) return
      attendance.checkSessions()
      clock.after(sessionCheckMs, check)
    }
    clock.after(sessionCheckMs, check)
  }

  const answer = async (life: Running, { method, path, body, token }: Call): Promise<CallAnswer> => {
    const { services, core } = life
    try {
      const [address = '', query = ''] = path.split('?')
      const { route, fields } = routeOf(services.routes, method, address)
      const { access, input, status } = route.operation
      if (access.kind === 'person') throw new OpenRefusal('SCOPE_MISSING')
      const caller = access.kind === 'lane' ? await services.sessions.authenticate(token ?? '') : null
      if (caller && access.kind === 'lane') needScope(caller, access.scope)
      const given = { ...fields, ...Object.fromEntries(new URLSearchParams(query)), ...(body as object) }
      const asked = { caller, address: 'world', token, isSecure: true }
      const { body: answered } = await route.answer(input.read(given), asked)
      return { status, json: JSON.stringify(answered) }
    } catch (error) {
      const refusal = failureOf(error, life)
      const told = openFailureBody(refusal, core.steady.nowMs())
      return { status: openFailures[refusal.code].status, json: JSON.stringify(told) }
    }
  }

  const connect = (life: Running, token: string | undefined, heard: Heard): LaneConnection => {
    const { services, attendance, own, core } = life
    let isConnected = true
    let hear: (packet: unknown[], next: () => void) => void = () => {}
    const listeners: (() => void)[] = []
    const end = (): void => {
      if (!isConnected) return
      isConnected = false
      life.ends.delete(drop)
      if (own.isAlive) for (const listener of listeners) listener()
    }
    const drop = (): void => {
      heard.closed('network')
      end()
    }
    life.ends.add(drop)
    const socket: OpenSocket = {
      get connected() {
        return isConnected
      },
      emit: (event, payload) => {
        if (isConnected && own.isAlive) heard.event(event, JSON.parse(JSON.stringify(payload)) as unknown)
      },
      disconnect: () => {
        if (isConnected) heard.closed('server')
        end()
      },
      use: (listener) => void (hear = listener),
      once: (_event, listener) => void listeners.push(listener),
    }
    const line = {
      lease: makeMemoryBudget(life.limits).open('world'),
      backlogBytes: () => 0,
      onWritten: () => {},
      whenArrived: (tell: () => void) =>
        heard.ping(() => {
          if (isConnected && own.isAlive) tell()
        }),
    }
    services.sessions.authenticate(token ?? '').then(
      (caller) => {
        if (isConnected && own.isAlive) attendance.welcome(socket, caller, { line, address: 'world' })
      },
      (error: unknown) => {
        if (!isConnected || !own.isAlive) return
        isConnected = false
        life.ends.delete(drop)
        heard.refused(openFailureBody(failureOf(error, life), core.steady.nowMs()))
      },
    )
    return {
      emit: (json, acknowledge) => {
        if (!isConnected || !own.isAlive) return
        const acknowledged = (given: unknown): void => {
          if (!own.isAlive) return
          acknowledge(JSON.parse(JSON.stringify(given)))
          if ((given as { readonly ok?: unknown }).ok === true) life.struck('after_ack')
        }
        hear(['event', json, acknowledged], () => {})
      },
      close: end,
    }
  }

  return {
    start,
    crash: () => {
      const ends = [...(running?.ends ?? [])]
      running?.services.presence.end()
      running = undefined
      for (const drop of ends) drop()
    },
    isUp: () => running !== undefined,
    call: (call) => {
      const life = running
      if (!life) return Promise.resolve('gone')
      return new Promise((resolve) => {
        const gone = (): void => resolve('gone')
        life.ends.add(gone)
        void answer(life, call).then((answered) => {
          life.ends.delete(gone)
          resolve(answered)
        })
      })
    },
    connect: (token, heard) => {
      if (running) return connect(running, token, heard)
      clock.after(0, () => heard.closed('network'))
      return { emit: () => {}, close: () => {} }
    },
    kept: () => {
      const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()
      return tables
        .flatMap(({ name }) => database.prepare(`SELECT * FROM "${String(name)}"`).all())
        .map((row) =>
          Object.values(row)
            .map((value) =>
              value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value),
            )
            .join(' '),
        )
        .join('\n')
    },
    close: () => database.close(),
  }
}
