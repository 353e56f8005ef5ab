import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { changesOf, makeRoster } from '../src/gateway/talk/roster.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A server that answers when it is let, and counts how often it was asked. */
const world = () => {
  const waiting: ((names: readonly string[] | Error) => void)[] = []
  const told: (readonly string[])[] = []
  const roster = makeRoster({
    ask: () =>
      new Promise((resolve, reject) =>
        waiting.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer))),
      ),
    tell: (names) => told.push(names),
  })
  const answer = async (names: readonly string[] | Error): Promise<void> => {
    waiting.at(-1)?.(names)
    await vi.advanceTimersByTimeAsync(0)
  }
  return { roster, told, answer, asked: () => waiting.length }
}

describe('who is in the room and there', () => {
  it('is asked once more, however many come while it is asked', async () => {
    const { roster, told, answer, asked } = world()
    for (let at = 0; at < 100; at++) roster.refresh()
    expect(asked()).toBe(1)
    await answer(['alice'])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked()).toBe(2)
    await answer(['alice', 'bob'])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked()).toBe(2)
    expect(told).toEqual([['alice'], ['alice', 'bob']])
  })

  it('is asked again where the server could not say it, and not after the end', async () => {
    const { roster, told, answer, asked } = world()
    roster.refresh()
    await answer(new Error('away'))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked()).toBe(2)
    roster.close()
    await answer(['alice'])
    roster.refresh()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked()).toBe(2)
    expect(told).toEqual([])
  })

  it('is told as who came and went, of oneself never, and to newcomers of nobody', () => {
    expect(changesOf(null, ['alice', 'bob'], 'bob')).toEqual([])
    expect(changesOf(['alice', 'carol'], ['alice', 'bob', 'dora'], 'bob')).toEqual([
      { name: 'carol', change: 'left' },
      { name: 'dora', change: 'joined' },
    ])
    expect(changesOf(['alice', 'bob'], ['alice'], 'bob')).toEqual([])
  })
})
