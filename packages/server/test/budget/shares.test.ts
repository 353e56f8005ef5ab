import { limits, SottoError } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { makeShares } from '../../src/budget/shares.ts'
import { makeWorkBudget } from '../../src/budget/work.ts'

const codeOf = (work: () => void): string => {
  try {
    work()
    return 'taken'
  } catch (error) {
    return error instanceof SottoError ? error.code : String(error)
  }
}

const setUp = () => {
  const machine = { nowMs: 1_000_000, load: 1 }
  const clock = { nowMs: () => machine.nowMs }
  const shares = makeShares(clock, () => machine.load, limits)
  return { machine, clock, take: (key: string, us: number) => codeOf(() => shares.take(key, us)), shares }
}

describe('the shares of a busy server', () => {
  it('whoever has had more than little waits, and nobody else', () => {
    const { take } = setUp()
    expect(take('Mallory', limits.workLightUs)).toBe('taken')
    expect(take('Mallory', 1)).toBe('taken')
    expect(take('Mallory', 1)).toBe('rate')
    expect(take('Alice', 1)).toBe('taken')
  })

  it('it is forgotten in time what somebody has had', () => {
    const { machine, take } = setUp()
    take('Mallory', limits.workLightUs + limits.workForgottenUsPerSecond)
    expect(take('Mallory', 1)).toBe('rate')
    machine.nowMs += 1000
    expect(take('Mallory', 1)).toBe('taken')
    expect(take('Mallory', 1)).toBe('rate')
  })

  it('below the bound of the load nobody waits, and the freer it is the more is allowed', () => {
    const { machine, take } = setUp()
    const allowedUs = limits.workLightUs + 0.25 * limits.workAtLoadUsMax
    machine.load = 0.75
    expect(take('Mallory', allowedUs)).toBe('taken')
    expect(take('Mallory', 1)).toBe('taken')
    expect(take('Mallory', 1)).toBe('rate')
    machine.load = limits.workLoadPercentMax / 100
    expect(take('Mallory', 1)).toBe('taken')
    machine.load = limits.workLoadPercentMax / 100 - 0.01
    expect(take('Mallory', 1_000_000_000)).toBe('taken')
    expect(take('Mallory', 1)).toBe('taken')
  })

  it('what was refused is not noted, and says when to come back', () => {
    const { machine, shares } = setUp()
    shares.take('Mallory', 2 * limits.workLightUs)
    const refused = (): unknown => {
      try {
        shares.take('Mallory', 1_000_000_000)
        return 'taken'
      } catch (error) {
        return error
      }
    }
    expect(refused()).toMatchObject({ code: 'rate', detail: { retryAfterMs: limits.workRetryMs } })
    machine.nowMs += (1000 * limits.workLightUs) / limits.workForgottenUsPerSecond
    expect(refused()).toBe('taken')
  })

  it('remembers no more people than it has room for, and those who have had something longest', () => {
    const { take } = setUp()
    take('Mallory', 2 * limits.workLightUs)
    for (let at = 0; at < 49_999; at++) take(`${at}`, 0)
    expect(take('Mallory', 1)).toBe('rate')
    take('one more', 1)
    expect(take('Mallory', 1)).toBe('rate')
  })
})

describe('an address that others use up', () => {
  const addressUs = limits.workUsPerSecondPerAddress * limits.workBurstSeconds
  const budget = () => makeWorkBudget({ nowMs: () => 1_000_000 }, limits, () => 0)

  it('by strangers is free for accounts', () => {
    const work = budget()
    work.takeForAddress('office', addressUs)
    expect(codeOf(() => work.takeForAddress('office', 1))).toBe('rate')
    expect(codeOf(() => work.takeForAccount('Alice', 1, 'office'))).toBe('taken')
  })

  it('by accounts is free for those who have had little', () => {
    const work = budget()
    const accountUs = limits.workUsPerSecondPerAccount * limits.workBurstSeconds
    for (let at = 0; at < addressUs / limits.workUsPerSecondPerAccount; at++) {
      work.takeForAccount(`Mallory ${at}`, 2 * limits.workLightUs)
      codeOf(() => work.takeForAccount(`Mallory ${at}`, accountUs - 2 * limits.workLightUs, 'office'))
    }
    work.takeForAccount('Mallory', 2 * limits.workLightUs)
    expect(codeOf(() => work.takeForAccount('Mallory', 2 * limits.workLightUs, 'office'))).toBe('rate')
    expect(codeOf(() => work.takeForAccount('Alice', 1, 'office'))).toBe('taken')
  })
})
