import { noBrowser } from '../browser/chromium.ts'
import { openPair, roomName } from '../browser/pair.ts'
import { openTab, type Tab } from '../browser/tab.ts'
import { lasting } from '../patience.ts'
import { outcomeOf, type Scenario } from '../scenario.ts'

/** A tab dies in mid-send, closed or crashed; the next one has each message, and delivers it once. */
export const tabKills: Scenario = {
  name: 'browser-tab-kills',
  belongs: 'long run',
  run: async ({ kills: intensity, chance }) => {
    if (noBrowser) return { kind: 'skipped', why: noBrowser }
    const pair = await openPair()
    try {
      const rounds = Math.max(3, Math.round(intensity / 5))
      const complaints: string[] = []
      let { tab } = pair
      const die = (dying: Tab): Promise<void> =>
        chance.fraction() < 0.5 ? dying.crash() : dying.page.close()
      for (let round = 1; round <= rounds; round++) {
        const address = tab.page.url()
        for (let at = 1; at <= chance.between(1, 4); at++) await pair.says(tab, `alice ${round}.${at}`)
        if (chance.fraction() < 0.5) await pair.bobSays(`bob ${round}`)
        // Of this one nobody has promised anything: it may be there once, or not at all.
        pair.ledger.say(pair.room, 'alice', `alice ${round} last`)
        await tab.press(roomName, `alice ${round} last`)
        await lasting(chance.between(0, 60))
        await die(tab)
        complaints.push(...tab.complaints)
        tab = await openTab(pair.context, address)
        await tab.enters(roomName)
      }
      const verdict = await pair.judge([tab])
      return outcomeOf('tabs closed or crashed in mid-send', rounds, verdict, [
        ...complaints,
        ...tab.complaints,
      ])
    } finally {
      await pair.end()
    }
  },
}
