import { limits } from '@sotto/protocol'
import { fastify } from 'fastify'
import { afterAll, expect, it } from 'vitest'
import { registerOpenHttp } from '../../src/open/edge/http.ts'
import { openOperations } from '../../src/open/operations.ts'

/** What was counted for an account: before an answer is made, and by its length. */
const counted: { before: number; after: number }[] = []
const work = {
  takeForAddress: () => undefined,
  takeForAccount: (_account: string, workUs: number) => void counted.push({ before: workUs, after: 0 }),
  owe: (_account: string, workUs: number) => {
    const last = counted.at(-1)
    if (last) last.after += workUs
  },
}
/** What whoever hosts the server is told of it, by account and by source. */
const told = { account: 0, address: 0 }
const tell = (who: { readonly account?: unknown; readonly address?: unknown }, { workUs = 0 }): void => {
  if (who.account !== undefined) told.account += workUs
  if (who.address !== undefined) told.address += workUs
}
const reserved: number[] = []
const user = { id: 1, name: 'alice', kind: 'program', account: null }
let body: unknown = []

const app = fastify()
await registerOpenHttp(app, {
  routes: [openOperations.me, openOperations.users].map((operation) => ({
    operation,
    answer: async () => ({ body }),
  })),
  sockets: { isClosing: () => false },
  sessions: { authenticate: async () => ({ user, scopes: ['read'] }) },
  requests: { take: () => undefined },
  memory: { admit: (_request: unknown, _account: string, bytes: number) => void reserved.push(bytes) },
  work,
  edge: { isForeign: () => false, isSecure: () => false, allowedOrigin: () => undefined },
  clock: { nowMs: () => 0 },
  limits,
  log: { count: tell },
} as unknown as Parameters<typeof registerOpenHttp>[1])
afterAll(() => app.close())

const ask = async (url: string, answer: unknown) => {
  body = answer
  await app.inject({ url, headers: { authorization: `Bearer ${'a'.repeat(43)}` } })
  return counted.at(-1) ?? { before: 0, after: 0 }
}

it('an answer costs its account by its length, and a list something before it is read', async () => {
  const [short, long] = [await ask('/users', ['x']), await ask('/users', ['x'.repeat(100_000)])]
  expect(long.after - short.after).toBeCloseTo(((100_000 - 1) * 2) / 100)
  expect(long.before).toBe(short.before)
  const own = await ask('/api/me', { username: 'alice' })
  expect(own.before).toBeGreaterThan(0)
  expect(short.before).toBeGreaterThan(own.before)
  const spent = counted.reduce((sum, { before, after }) => sum + before + after, 0)
  expect(told).toEqual({ account: spent, address: spent })
  // As much is kept free as the longest list may have.
  expect(reserved).toEqual([1, 2, 3].map(() => limits.openListedBytesMax))
})
