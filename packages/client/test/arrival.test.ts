import { limits, SottoError } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { awaitArrival, newPatience, whenReachable } from '../src/account/arrival.ts'
import type { Scheduler } from '../src/ports/scheduler.ts'
import { somebody, startS } from './room/people.ts'

/** Time passes from one thing that is waited for to the next. */
const passingTime = (): { readonly scheduler: Scheduler; readonly pauses: readonly number[] } => {
  let nowMs = startS * 1000
  const pauses: number[] = []
  const due = new Map<() => void, number>()
  const pass = (): void => {
    const [next] = [...due].toSorted(([, one], [, other]) => one - other)
    if (!next) return
    const [task, atMs] = next
    due.delete(task)
    nowMs = atMs
    task()
  }
  return {
    pauses,
    scheduler: {
      nowMs: () => nowMs,
      steadyMs: () => nowMs,
      turn: async () => {},
      after: (delayMs, task) => {
        pauses.push(delayMs)
        due.set(task, nowMs + delayMs)
        setImmediate(pass)
        return () => due.delete(task)
      },
    },
  }
}

const missing = (): never => {
  throw new SottoError('key_package_unavailable')
}

describe('key packages of somebody', () => {
  const claims = async (ageS: number, together = 1) => {
    const { scheduler, pauses } = passingTime()
    const { state } = await somebody('bob')
    let tries = 0
    const patience = newPatience()
    const claim = async () => {
      tries += 1
      return missing()
    }
    for (let at = 0; at < together; at++)
      await expect(
        awaitArrival(scheduler, patience, state, () => startS - 10 + ageS, claim),
      ).rejects.toMatchObject({ code: 'key_package_unavailable' })
    return { tries, pauses }
  }

  it('who has just signed up are asked for four times, with longer and longer pauses', async () => {
    expect(await claims(0)).toEqual({ tries: 4, pauses: [1000, 2000, 4000] })
  })

  it('who signed up long ago are asked for once', async () => {
    const oldS = limits.arrivalMaxMs / 1000
    expect(await claims(oldS - 1)).toMatchObject({ tries: 4 })
    expect(await claims(oldS)).toEqual({ tries: 1, pauses: [] })
  })

  it('are not waited for longer where many are invited at once', async () => {
    expect(await claims(0, 40)).toEqual({ tries: 43, pauses: [1000, 2000, 4000] })
  })

  it('are what is waited for, and nothing else', async () => {
    const { scheduler, pauses } = passingTime()
    const { state } = await somebody('bob')
    const failing = async () => {
      throw new SottoError('offline')
    }
    const asked = awaitArrival(scheduler, newPatience(), state, () => startS, failing)
    await expect(asked).rejects.toMatchObject({ code: 'offline' })
    expect(pauses).toEqual([])
  })
})

describe('whoever signs up', () => {
  it('is told when the key packages are up, however often that fails for now', async () => {
    let tries = 0
    await whenReachable(passingTime().scheduler, async () => {
      tries += 1
      if (tries < 4) throw new SottoError('timeout')
    })
    expect(tries).toBe(4)
  })

  it('is not kept waiting longer than a while, and not at all by what will not change', async () => {
    const { scheduler } = passingTime()
    const startedMs = scheduler.steadyMs()
    await whenReachable(scheduler, () => new Promise(() => {}))
    expect(scheduler.steadyMs() - startedMs).toBe(limits.arrivalWaitMs)
    let tries = 0
    await whenReachable(passingTime().scheduler, async () => {
      tries += 1
      throw new SottoError('policy')
    })
    expect(tries).toBe(1)
    let more = 0
    await whenReachable(passingTime().scheduler, async () => {
      more += 1
      throw new SottoError('read_only')
    })
    expect(more).toBeGreaterThan(1)
  })
})
