import { limits, operations, SottoError } from '@sotto/protocol'
import { expect, it } from 'vitest'
import { costOf, workUsOf } from '../../src/budget/operationCosts.ts'
import { accountKey, makeWorkBudget } from '../../src/budget/work.ts'
import { publish, register } from '../client/device.ts'
import { testServer } from '../client/testServer.ts'
import { codeOf } from '../client/together.ts'

const failureOf = (work: () => void): string => {
  try {
    work()
    return 'taken'
  } catch (error) {
    return error instanceof SottoError ? error.code : String(error)
  }
}

it('the work of an account and of an address is taken up to the burst, refused beyond it, and taken again in time', () => {
  const clock = { time: 1_000_000, nowMs: () => clock.time }
  const work = makeWorkBudget(clock, limits, () => 0)
  const burstUs = limits.workUsPerSecondPerAccount * limits.workBurstSeconds
  const takes = [
    (us: number) => work.takeForAccount('Alice', us),
    (us: number) => work.takeForAddress('10.0.0.1', us),
  ] as const
  takes[0](burstUs)
  takes[1]((burstUs * limits.workUsPerSecondPerAddress) / limits.workUsPerSecondPerAccount)
  for (const take of takes) expect(failureOf(() => take(1))).toBe('rate')
  expect(failureOf(() => work.takeForAccount('Bob', burstUs))).toBe('taken')
  clock.time += 1000
  expect(failureOf(() => takes[0](limits.workUsPerSecondPerAccount))).toBe('taken')
  expect(failureOf(() => takes[0](1))).toBe('rate')
})

it('work that is done is counted without a refusal, and what comes next waits until it is made up for', () => {
  const clock = { time: 1_000_000, nowMs: () => clock.time }
  const work = makeWorkBudget(clock, limits, () => 0)
  const burstUs = limits.workUsPerSecondPerAccount * limits.workBurstSeconds
  for (let at = 0; at < 3; at++) work.owe('Alice', burstUs, '10.0.0.1')
  expect(failureOf(() => work.takeForAccount('Alice', 1))).toBe('rate')
  expect(failureOf(() => work.takeForAccount('Bob', 1, '10.0.0.1'))).toBe('taken')
  clock.time += 2 * limits.workBurstSeconds * 1000
  expect(failureOf(() => work.takeForAccount('Alice', 1))).toBe('rate')
  clock.time += 1
  expect(failureOf(() => work.takeForAccount('Alice', 1))).toBe('taken')
})

it('every operation costs something, and those that verify by how much there is to verify', () => {
  for (const operation of Object.values(operations)) expect(workUsOf(costOf(operation), 0)).toBeGreaterThan(0)
  const publishing = costOf(operations.publishKeyPackages)
  expect(workUsOf(publishing, 64 * 2800)).toBeGreaterThan(100 * workUsOf(costOf(operations.readSession), 0))
})

it('an account that has used up its work is refused before the work is done, and others are not', async () => {
  const { url } = await testServer({ limits: { workUsPerSecondPerAccount: 1000, workBurstSeconds: 10 } })
  const [alice, bob] = [await register(url, 'alice'), await register(url, 'bob')]
  expect(await codeOf(publish(alice, 3))).toBe('accepted')
  expect(await codeOf(publish(alice, 3))).toBe('rate')
  expect((await alice.call(operations.readServer, {})).protocol).toBeDefined()
  expect(await codeOf(publish(bob, 3))).toBe('accepted')
  expect(accountKey(alice.account)).not.toBe(accountKey(bob.account))
})
