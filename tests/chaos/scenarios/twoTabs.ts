import { noBrowser } from '../browser/chromium.ts'
import { openPair, roomName } from '../browser/pair.ts'
import { openTab } from '../browser/tab.ts'
import { outcomeOf, type Scenario } from '../scenario.ts'

/** Two tabs of one profile, of which the one that does the work crashes while both send. */
export const twoTabs: Scenario = {
  name: 'browser-two-tabs',
  belongs: 'long run',
  run: async ({ kills: intensity, chance }) => {
    if (noBrowser) return { kind: 'skipped', why: noBrowser }
    const pair = await openPair()
    try {
      const rounds = Math.max(2, Math.round(intensity / 20))
      const address = pair.tab.page.url()
      // The first leads: it holds the lock, and the next in the queue takes over.
      let [leading, following] = [pair.tab, await openTab(pair.context, address)]
      await following.enters(roomName)
      for (let round = 1; round <= rounds; round++) {
        for (let at = 1; at <= chance.between(2, 6); at++)
          await Promise.all([
            pair.says(leading, `first ${round}.${at}`),
            pair.says(following, `second ${round}.${at}`),
          ])
        const dying = leading.crash()
        const waiting = pair.says(following, `second ${round}, while the first dies`)
        await dying
        await waiting
        ;[leading, following] = [following, await openTab(pair.context, address)]
        await following.enters(roomName)
      }
      const verdict = await pair.judge([leading, following])
      return outcomeOf('two tabs, the leading one crashes', rounds, verdict, [
        ...leading.complaints,
        ...following.complaints,
      ])
    } finally {
      await pair.end()
    }
  },
}
