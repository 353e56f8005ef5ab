import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { receivingPair, type ReceivingKind } from './keys.ts'
import { type Payload, type Program, programOn } from './program.ts'
import type { Answer, Ask } from './rest.ts'
import { NotRun } from './row.ts'
import { type BenchClient, type ConnectOptions, Refusal, type Wire } from './wire.ts'

/** A program account of this run. */
export interface Account {
  readonly name: string
  readonly token: string
}

/** What rows work with: one server, a few accounts that are made for this run, and all that the server has said. */
export interface Bench {
  readonly url: string
  /** Everything that came from the server, as text. */
  readonly said: readonly string[]
  rest(call: string, ask?: Ask): Promise<Answer>
  /** A name that nobody has. */
  freshName(hint: string): string
  /** Makes an account that no other row uses. */
  fresh(hint: string, publicKey?: unknown): Promise<Account>
  /** The account of this name, made at its first use: rows share what costs a registration. */
  account(hint: string, kind?: ReceivingKind): Promise<Account>
  connect(account: Pick<Account, 'token'>, options?: ConnectOptions): Promise<Program>
  /** What a socket is told that is not let in; undefined where nothing is said. @throws Error where it is let in */
  turnedAway(auth: object, options?: ConnectOptions): Promise<Payload | undefined>
  close(): void
}

export const password = 'conformance of the open lane 7'

const nameBytes = 5
const triesMax = 5
const patienceMs = 1000

export const makeBench = (url: string, client: BenchClient): Bench => {
  const run = randomBytes(nameBytes).toString('hex')
  const said: string[] = []
  const wires: Wire[] = []
  const accounts = new Map<string, Promise<Account>>()
  let count = 0

  const ask: Bench['rest'] = async (call, how = {}) => {
    const answer = await client.rest(url, call, how)
    said.push(answer.text)
    return answer
  }

  const register = async (name: string, publicKey: unknown): Promise<Account> => {
    const body = { username: name, password, ...(publicKey === undefined ? {} : { public_key: publicKey }) }
    let made = await ask('POST /register', { body })
    // A server that has much to do asks for a moment.
    for (let tries = 1; made.status === 429 && tries <= triesMax; tries++) {
      await delay(tries * patienceMs)
      made = await ask('POST /register', { body })
    }
    if (made.status === 429)
      throw new NotRun('the server makes no more accounts for this address now: try again in an hour')
    if (made.status !== 201)
      throw new Error(`POST /register answered ${made.status} ${made.text.slice(0, 200)}`)
    const login = await ask('POST /login', { body: { username: name, password } })
    return { name, token: String(login.body['token']) }
  }

  const freshName: Bench['freshName'] = (hint) => `${hint}-${run}${(count++).toString(36)}`

  const open = (auth: object, options: ConnectOptions = {}): Wire => {
    const wire = client.wire(url, auth, options)
    wires.push(wire)
    return wire
  }

  return {
    url,
    said,
    rest: ask,
    freshName,
    fresh: (hint, publicKey) => register(freshName(hint), publicKey),
    account: (hint, kind) => {
      const known = accounts.get(hint)
      if (known) return known
      const made = register(freshName(hint), kind && receivingPair(kind).pem)
      accounts.set(hint, made)
      return made
    },
    connect: async ({ token }, options) => {
      const wire = open({ token }, options)
      const program = programOn(wire, (payload) => void said.push(JSON.stringify(payload) ?? ''))
      await wire.connected
      await program.next('connected')
      return program
    },
    turnedAway: async (auth, options) => {
      try {
        await open(auth, options).connected
      } catch (error) {
        if (error instanceof Refusal) return error.data as Payload | undefined
        throw error
      }
      throw new Error('the socket was let in')
    },
    close: () => {
      for (const wire of wires) wire.close()
    },
  }
}
