import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { invitingText, sayingIfLate } from '../src/arrival.ts'

const reason = 'people who have just signed up can be invited as soon as their device is ready'

describe('an invitation that is under way', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  it('is called so, and says what it may be waiting for when it takes long', () => {
    const text = invitingText('bob')
    expect(text()).toBe('Inviting bob')
    vi.advanceTimersByTime(2000)
    expect(text()).toBe(`Inviting bob (still trying: ${reason})`)
  })

  it('says so once in a conversation, and nothing where it is done before', async () => {
    const said: string[] = []
    await sayingIfLate(Promise.resolve(), (text) => said.push(text))
    vi.advanceTimersByTime(10_000)
    expect(said).toEqual([])
    let end = (): void => {}
    const inviting = sayingIfLate(new Promise<void>((resolve) => (end = resolve)), (text) => said.push(text))
    vi.advanceTimersByTime(10_000)
    end()
    await inviting
    expect(said).toEqual([`Still trying: ${reason}.`])
  })
})
