import { limits } from '@sotto/protocol'
import { expect, it } from 'vitest'
import { makeHooks } from '../src/delivery/hooks.ts'
import { random } from './client/device.ts'
import { codeOf } from './client/together.ts'

type Dependencies = Parameters<typeof makeHooks>[0]

/** Posts to hooks whose scripts show the right token, at a time that the test sets. */
const postingAt = () => {
  const clock = { ms: 0, nowMs: () => clock.ms }
  const hooks = makeHooks({
    clock,
    limits,
    authenticate: async () => undefined,
  } as unknown as Dependencies)
  /** Not a post, which is found out only after it was counted. */
  const post = (hook: Uint8Array) => codeOf(hooks.post(hook, 'the token', 'not sealed', '192.0.2.7'))
  const taken = async (hook: Uint8Array): Promise<number> => {
    let count = 0
    while ((await post(hook)) !== 'rate') count += 1
    return count
  }
  return { clock, taken }
}

it('the posts of a hook are taken up to the burst, then so many a minute, each hook’s for itself', async () => {
  const { clock, taken } = postingAt()
  const [hook, other] = [random(16), random(16)]
  expect(await taken(hook)).toBe(limits.hookPostBurst)
  expect(await taken(hook)).toBe(0)
  expect(await taken(other)).toBe(limits.hookPostBurst)

  let count = 0
  for (let second = 0; second < 60; second++) {
    clock.ms += 1000
    count += await taken(hook)
  }
  expect(count).toBe(limits.hookPostsPerMinute)
  clock.ms += 999
  expect(await taken(hook)).toBe(0)
  clock.ms += 1
  expect(await taken(hook)).toBe(1)
  // What was not used is not saved beyond the burst.
  clock.ms += 3_600_000
  expect(await taken(hook)).toBe(limits.hookPostBurst)
})
