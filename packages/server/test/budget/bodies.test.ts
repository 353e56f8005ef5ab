import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { limits, operations, type Operation } from '@sotto/protocol'
import { afterAll, expect, it } from 'vitest'
import { makeMemoryBudget } from '../../src/budget/memory.ts'
import type { Edge } from '../../src/http/edge.ts'
import { type HttpOptions, makeHttpServer } from '../../src/http/httpServer.ts'
import { makeEventLog } from '../../src/logging/eventLog.ts'
import { registerOpenHttp } from '../../src/open/edge/http.ts'
import { retiredPaths } from '../../src/open/edge/retired.ts'
import { socketPath } from '../../src/open/edge/sockets.ts'
import { type OpenOperation, openOperations } from '../../src/open/operations.ts'
import { random } from '../client/device.ts'

/** What a request has taken of the ledger, step by step; its body comes first. */
const taken: number[] = []
const ledger = makeMemoryBudget(limits)
const memory: HttpOptions['memory'] = {
  ...ledger,
  open: (address) => {
    const lease = ledger.open(address)
    const take = (bytes: number): void => {
      taken.push(bytes)
      lease.take(bytes)
    }
    return { ...lease, take }
  },
}

const log = makeEventLog({ level: 'silent', destination: { write: () => undefined }, idKey: random(32) })
const clock = { nowMs: () => Date.now() }
const work: HttpOptions['work'] = {
  takeForAddress: () => undefined,
  takeForAccount: () => undefined,
  owe: () => undefined,
}
const edge: Pick<
  Edge,
  | 'isForUs'
  | 'isForeign'
  | 'isSecure'
  | 'insistsOnTls'
  | 'believes'
  | 'allowedOrigin'
  | 'allowsOrigins'
  | 'refuseInTheClear'
> = {
  isForUs: () => true,
  isForeign: () => false,
  isSecure: () => false,
  insistsOnTls: () => false,
  believes: () => false,
  allowedOrigin: () => undefined,
  allowsOrigins: false,
  refuseInTheClear: () => undefined,
}
const user = { id: 1, name: 'alice', kind: 'program', account: null, publicKey: null, fingerprint: null }
const caller = { user, scopes: ['read', 'send', 'rooms', 'account'], account: random(32), device: random(32) }

/** All edges of the server, and nobody behind them: everybody is let in, and a request ends when its body is there. */
const options = {
  routes: Object.values(operations).map((operation) => ({ operation, answer: async () => ({}) })),
  hooks: { post: async () => ({ seq: 1, timeMs: 0 }) },
  hookOut: { settle: async () => undefined },
  sessions: { authenticate: async () => caller },
  webDirectory: null,
  closing: new AbortController().signal,
  ready: async () => undefined,
  edge,
  memory,
  work,
  clock,
  log,
  limits: { ...limits, requestsPerSecondPerAddress: 1_000_000 },
}
const openRoutes = Object.values(openOperations) as unknown as readonly OpenOperation<unknown>[]
const app = await makeHttpServer({
  ...(options as unknown as HttpOptions),
  addRoutes: (root, requests) =>
    registerOpenHttp(root, {
      ...(options as object),
      routes: openRoutes.map((operation) => ({ operation, answer: async () => ({ body: {} }) })),
      sockets: {
        isClosing: () => false,
        check: () => undefined,
        answer: (_request: unknown, response: ServerResponse) => void response.end(),
      },
      personSessions: { authenticate: async () => caller },
      requests: { take: () => undefined },
      memory: requests,
    } as unknown as Parameters<typeof registerOpenHttp>[1]),
})
afterAll(() => app.close())

interface Place {
  readonly method: string
  readonly path: string
  readonly type: string
  readonly bodyBytesMax: number
}

const live = (Object.values(operations) as unknown as readonly Operation[]).map((one): Place => {
  return { ...one, type: 'application/cbor', bodyBytesMax: Math.max(1, one.bodyBytesMax) }
})
const open = openRoutes.flatMap((one): readonly Place[] =>
  [one.path, ...one.aliases].map((path) => {
    return { ...one, path, type: 'application/json', bodyBytesMax: limits.openBodyBytesMax }
  }),
)
const hook: Place = {
  method: 'POST',
  path: '/h/:hook',
  type: 'application/jose',
  bodyBytesMax: limits.hookPostBytesMax,
}
const places = [
  ...live,
  ...open,
  hook,
  { ...hook, path: '/h/:hook/out', type: 'application/json', bodyBytesMax: 1024 },
].filter(({ method }) => method !== 'GET')

const chunked = { 'transfer-encoding': 'chunked' }

/** A stream does not say how much will come. */
const send = async ({ method, path, type }: Place, payload: Buffer | Readable) => {
  taken.length = 0
  const { statusCode } = await app.inject({
    method: method as 'POST',
    url: path.replaceAll(/:[a-z_]+/g, '00'),
    headers: {
      authorization: `Bearer ${'a'.repeat(43)}`,
      'content-type': type,
      ...(payload instanceof Readable ? chunked : {}),
    },
    payload,
  })
  return { statusCode, heldBytes: (taken[0] ?? 0) - limits.memoryBytesPerRequest }
}

it.each(places.map((place) => [`${place.method} ${place.path}`, place] as const))(
  'a body of %s is held in the ledger to the last byte that is taken, and one more is refused',
  async (_name, place) => {
    const { bodyBytesMax } = place
    const full = Buffer.alloc(bodyBytesMax, ' ')
    const declared = await send(place, full)
    expect(declared.statusCode).not.toBe(413)
    expect(declared.heldBytes).toBe(bodyBytesMax)
    expect((await send(place, Buffer.alloc(bodyBytesMax + 1, ' '))).statusCode).toBe(413)
    const unsaid = await send(place, Readable.from([' ']))
    expect(unsaid.heldBytes).toBe(bodyBytesMax)
  },
)

it('a packet that is polled to the open lane is held as large as a packet may be', async () => {
  const place = {
    method: 'POST',
    path: socketPath,
    type: 'text/plain',
    bodyBytesMax: limits.openFrameBytesMax,
  }
  const body = Buffer.alloc(place.bodyBytesMax + 1, ' ')
  expect((await send(place, body)).heldBytes).toBe(limits.openFrameBytesMax)
  expect((await send(place, Readable.from([' ']))).heldBytes).toBe(limits.openFrameBytesMax)
  expect((await send(place, Buffer.from(' '))).heldBytes).toBe(1)
})

/** Paths that take more than questions, of the tree that fastify draws. */
const drawnPaths = (): readonly string[] => {
  const above: string[] = []
  return app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const drawn = /^(.*── )(\S+) \((.*)\)$/.exec(line)
      if (!drawn) return []
      const [, indent = '', name = '', methods = ''] = drawn
      const depth = indent.length / 4 - 1
      above[depth] = name
      const takesBodies = !methods.split(', ').every((method) => method === 'GET' || method === 'HEAD')
      return takesBodies ? [above.slice(0, depth + 1).join('')] : []
    })
}

it('no route that takes a body is without its line here', () => {
  const known = new Set([...places.map(({ path }) => path), socketPath])
  // Where an open operation has one method, the others are refused before a body; so is what has no operation.
  const refused = new Set([...open.map(({ path }) => path), ...retiredPaths, '*'])
  const unknown = drawnPaths().filter((path) => !known.has(path) && !refused.has(path))
  expect(unknown).toEqual([])
  expect(drawnPaths()).toEqual(expect.arrayContaining([...known]))
})
