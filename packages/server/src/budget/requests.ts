import { SottoError } from '@sotto/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Lease, MemoryBudget } from './memory.ts'
import type { ServerLimits } from '../configuration.ts'
import { addressKey } from '../http/address.ts'

type Bounds = Pick<
  ServerLimits,
  'memoryBytesPerRequest' | 'requestTimeoutMs' | 'uploadBytesPerSecondMin' | 'memoryRetryMs'
>

/** Asks the budget of memory for everything that a request makes the server keep, before it is kept. */
export interface RequestBudget {
  /** What the request holds until its answer has left, or its connection has ended. */
  leaseOf(request: FastifyRequest): Lease
  /** Counts for the account too, and for an answer of up to so many bytes. @throws SottoError `rate`, `unavailable` */
  admit(request: FastifyRequest, account: string | null, answerBytes: number): void
}

/** How much of a body may come. The limit of a route stands at the route: a parser's own would not be seen here. */
export const bodyBytesOf = ({ method, headers, routeOptions }: FastifyRequest): number => {
  if (method === 'GET') return 0
  const boundBytes = routeOptions.bodyLimit ?? 0
  const declared = Number(headers['content-length'])
  // Who does not say how much will come may send as much as is taken there.
  if (Number.isNaN(declared)) return headers['transfer-encoding'] === undefined ? 0 : boundBytes
  return Math.min(declared, boundBytes)
}

/** How long a body of that size may take. */
export const bodyTimeMs = (bytes: number, limits: Bounds): number =>
  limits.requestTimeoutMs + Math.ceil((bytes * 1000) / limits.uploadBytesPerSecondMin)

/** What lies between a file and its reader: a piece that has been read, and one that waits to be written. */
const streamBytes = 128 * 1024

const lengthOf = (payload: unknown): number => {
  if (typeof payload === 'string') return Buffer.byteLength(payload)
  if (payload instanceof Uint8Array) return payload.length
  return payload ? streamBytes : 0
}

/** A request in the ledger: its lease ends when its connection is through with it and nobody works on it any more. */
interface Entry {
  readonly lease: Lease
  isWorkedOn: boolean
  isClosed: boolean
}

const settle = ({ lease, isWorkedOn, isClosed }: Entry): void => {
  if (isClosed && !isWorkedOn) lease.end()
}

export const budgetRequests = (app: FastifyInstance, memory: MemoryBudget, limits: Bounds): RequestBudget => {
  const entries = new WeakMap<FastifyRequest, Entry>()

  app.addHook('onRequest', (request, reply, next) => {
    const entry = { lease: memory.open(addressKey(request.ip)), isWorkedOn: false, isClosed: false }
    entries.set(request, entry)
    const bodyBytes = bodyBytesOf(request)
    const giveUp = (): void => {
      if (!request.raw.complete) request.raw.destroy()
    }
    const timer = setTimeout(giveUp, bodyTimeMs(bodyBytes, limits)).unref()
    reply.raw.once('close', () => {
      clearTimeout(timer)
      entry.isClosed = true
      settle(entry)
    })
    try {
      entry.lease.take(limits.memoryBytesPerRequest + bodyBytes)
      next()
    } catch (error) {
      // What is still coming is not read.
      reply.header('connection', 'close')
      next(error as Error)
    }
  })

  app.addHook('preHandler', (request, _reply, next) => {
    const entry = entries.get(request)
    if (entry) entry.isWorkedOn = true
    next()
  })

  app.addHook('onSend', (request, _reply, payload, next) => {
    const entry = entries.get(request)
    if (entry) {
      // The answer is there and goes out; the body, and what was only kept free for the answer, are gone.
      entry.lease.keep(limits.memoryBytesPerRequest + lengthOf(payload))
      entry.isWorkedOn = false
      settle(entry)
    }
    next(null, payload)
  })

  const leaseOf = (request: FastifyRequest): Lease => {
    const entry = entries.get(request)
    if (!entry) throw new SottoError('internal', 'a request outside of the budget')
    return entry.lease
  }

  return {
    leaseOf,
    admit: (request, account, answerBytes) => {
      const lease = leaseOf(request)
      if (account !== null) lease.belongTo(account)
      lease.take(answerBytes)
    },
  }
}
