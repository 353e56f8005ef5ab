import { limits, SottoError } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { makeHeavyWork } from '../../src/budget/heavyWork.ts'

/** Jobs that the test ends, and the order in which they began. */
const setUp = (changes: Partial<Record<keyof typeof limits, number>> = {}) => {
  const heavy = makeHeavyWork({ ...limits, ...changes })
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const hand = (account: string, name: string): Promise<string> =>
    heavy.run(account, () => {
      begun.push(name)
      return new Promise<string>((resolve) => ends.set(name, () => resolve(name)))
    })
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.()
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  }
  return { heavy, begun, hand, end }
}

const codeOf = (answer: Promise<unknown>): Promise<string> =>
  answer.then(
    () => 'done',
    (error: unknown) => (error instanceof SottoError ? error.code : String(error)),
  )

describe('heavy work', () => {
  it('of one account is done one after the other, and accounts take turns', async () => {
    const { begun, hand, end } = setUp()
    const all = ['a1', 'a2', 'a3', 'a4'].map((name) => hand('alice', name))
    all.push(hand('bob', 'b1'), hand('bob', 'b2'), hand('carol', 'c1'))
    expect(begun).toEqual(['a1', 'b1'])
    await end('a1')
    await end('b1')
    await end('c1')
    await end('a2')
    await end('b2')
    await end('a3')
    await end('a4')
    expect(begun).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4'])
    expect(await Promise.all(all)).toEqual(['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1'])
  })

  it('waits up to a bound for one account and over all, and is refused one beyond', async () => {
    const { hand } = setUp({ heavyJobsWaitingPerAccountMax: 2, heavyJobsWaitingMax: 5 })
    void hand('alice', 'running')
    void hand('alice', 'a1')
    void hand('alice', 'a2')
    expect(await codeOf(hand('alice', 'a3'))).toBe('rate')
    void hand('bob', 'running too')
    void hand('carol', 'c1')
    void hand('carol', 'c2')
    void hand('dave', 'd1')
    expect(await codeOf(hand('erin', 'e1'))).toBe('unavailable')
  })

  it('that fails or never ends lets the next have its place', async () => {
    const { heavy, hand, begun, end } = setUp({ heavyJobMs: 20 })
    const failed = heavy.run('alice', () => Promise.reject(new SottoError('policy')))
    const late = hand('bob', 'never ends')
    const after = [hand('alice', 'a1'), hand('bob', 'b1')]
    expect(await codeOf(failed)).toBe('policy')
    expect(await codeOf(late)).toBe('unavailable')
    expect(begun).toEqual(['never ends', 'a1', 'b1'])
    await end('a1')
    await end('b1')
    expect(await Promise.all(after)).toEqual(['a1', 'b1'])
  })
})
