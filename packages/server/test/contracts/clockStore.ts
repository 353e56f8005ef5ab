import { describe, expect, it } from 'vitest'
import type { ClockStore } from '../../src/steadyClock.ts'

/** What every store does that keeps when the server ran last. */
export const clockStoreContract = (open: () => Promise<ClockStore>): void => {
  describe('when the server ran last', () => {
    it('is not known before the first start', async () => {
      expect(await (await open()).last()).toBeUndefined()
    })

    it('is what was noted last, also where that is earlier', async () => {
      const clock = await open()
      for (const timeMs of [1_000_000_000_000, 8_640_000_000_000_000, 0]) {
        await clock.note(timeMs)
        expect(await clock.last()).toBe(timeMs)
      }
    })
  })
}
