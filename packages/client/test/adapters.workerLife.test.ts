import { limits, type SottoError } from '@sotto/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startHelper } from '../adapters/web/workerLife.ts'

/** What a worker looks like that was ended before it could say anything: nobody is told. */
class SilentWorker extends EventTarget {
  postMessage(): void {}
  terminate(): void {}
}

describe('a worker of which nothing is ever heard', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  const start = (load?: () => Promise<void>) => {
    const losses: SottoError[] = []
    const create = (): Worker => new SilentWorker() as unknown as Worker
    const helper = startHelper(create, { message: () => {}, lost: (why) => losses.push(why) }, load)
    return { helper, losses }
  }

  it('is given up after the bound for silence where its file is there', async () => {
    const { losses } = start(async () => {})
    await vi.advanceTimersByTimeAsync(limits.helperSilenceMs - 1)
    expect(losses).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(losses).toMatchObject([{ code: 'helper_lost', detail: { step: 'start' } }])
    await vi.advanceTimersByTimeAsync(limits.helperStartMs)
    expect(losses).toHaveLength(1)
  })

  it.each<[string, (() => Promise<void>) | undefined]>([
    ['is on its way', () => new Promise(() => {})],
    ['cannot be loaded', () => Promise.reject(new Error('offline'))],
    ['is known to nobody', undefined],
  ])('has the time of a slow line where its file %s', async (_, load) => {
    const { losses } = start(load)
    await vi.advanceTimersByTimeAsync(limits.helperStartMs - 1)
    expect(losses).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(losses).toHaveLength(1)
  })

  it('that the page has ended is not looked for', async () => {
    const load = vi.fn<() => Promise<void>>(async () => {})
    const { helper, losses } = start(load)
    helper.end()
    await vi.advanceTimersByTimeAsync(limits.helperStartMs)
    expect(load).not.toHaveBeenCalled()
    expect(losses).toEqual([])
  })
})
