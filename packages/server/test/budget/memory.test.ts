import { SottoError } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { makeMemoryBudget } from '../../src/budget/memory.ts'

const bounds = {
  memoryBytesMax: 1000,
  memoryBytesPerAddressMax: 400,
  memoryBytesPerAccountMax: 200,
  memoryRetryMs: 500,
}

const codeOf = (work: () => void): string => {
  try {
    work()
    return 'taken'
  } catch (error) {
    return error instanceof SottoError ? error.code : String(error)
  }
}

describe('the budget of memory', () => {
  it('takes up to the bound of an address, refuses one byte beyond, and takes it when something is given back', () => {
    const memory = makeMemoryBudget({ ...bounds, memoryBytesMax: 10_000 })
    const [first, second] = [memory.open('10.0.0.1'), memory.open('10.0.0.1')]
    first.take(300)
    second.take(100)
    expect(codeOf(() => second.take(1))).toBe('rate')
    expect(codeOf(() => memory.open('10.0.0.2').take(400))).toBe('taken')
    first.give(1)
    expect(codeOf(() => second.take(1))).toBe('taken')
  })

  it('counts for an account wherever it comes from, also what was held before it was known whose it is', () => {
    const memory = makeMemoryBudget({ ...bounds, memoryBytesMax: 10_000 })
    const [here, there] = [memory.open('10.0.0.1'), memory.open('10.0.0.2')]
    here.take(150)
    for (const lease of [here, there]) lease.belongTo('Alice')
    there.take(50)
    expect(codeOf(() => there.take(1))).toBe('rate')
    const late = memory.open('10.0.0.3')
    late.take(1)
    expect(codeOf(() => late.belongTo('Alice'))).toBe('rate')
    expect(codeOf(() => memory.open('10.0.0.3').take(300))).toBe('taken')
  })

  it('lets nobody hold more than half of what is free, so that there is something for the next', () => {
    const memory = makeMemoryBudget({ ...bounds, memoryBytesPerAddressMax: 1000 })
    const grab = (address: string): number => {
      const lease = memory.open(address)
      while (lease.tryTake(1));
      return lease.heldBytes
    }
    const greedy = ['a', 'b', 'c', 'd', 'e'].map(grab)
    expect(greedy[0]).toBe(333)
    expect(memory.heldBytes()).toBeLessThan(900)
    expect(codeOf(() => memory.open('somebody else').take(40))).toBe('taken')
    expect(codeOf(() => memory.open('somebody else').take(400))).toBe('unavailable')
  })

  it('says of what is there already whether it is too much', () => {
    const memory = makeMemoryBudget({ ...bounds, memoryBytesMax: 10_000 })
    const lease = memory.open('10.0.0.1')
    expect(lease.keep(400)).toBe(true)
    expect(lease.keep(401)).toBe(false)
    expect(lease.keep(0)).toBe(true)
  })

  it('has forgotten everything of a lease that has ended, once', () => {
    const memory = makeMemoryBudget(bounds)
    const lease = memory.open('10.0.0.1')
    lease.belongTo('Alice')
    lease.take(150)
    lease.end()
    lease.end()
    lease.take(1000)
    lease.give(10)
    expect(memory.heldBytes()).toBe(0)
    const next = memory.open('10.0.0.1')
    next.belongTo('Alice')
    expect(codeOf(() => next.take(200))).toBe('taken')
  })
})
