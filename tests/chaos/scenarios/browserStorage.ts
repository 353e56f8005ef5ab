import { noBrowser } from '../browser/chromium.ts'
import { openPair, type Pair, roomName } from '../browser/pair.ts'
import { eventually } from '../patience.ts'
import { outcomeOf, type Scenario } from '../scenario.ts'

const withinMs = 60_000
const refusedWithinMs = 90_000

/** The browser looks at its quota now and then: what is written meanwhile is kept. @returns the text that was not */
const writeUntilRefused = async ({ tab, ledger, room }: Pair): Promise<string | null> => {
  const words = tab.page.getByText(/no space left/i).first()
  const endMs = Date.now() + refusedWithinMs
  for (let number = 1; Date.now() < endMs; number++) {
    const text = `alice into the full store ${number}`
    const said = ledger.say(room, 'alice', text)
    await tab.press(roomName, text)
    const stands = tab.message(text).waitFor()
    stands.catch(() => {})
    const isTold = await Promise.race([stands.then(() => false), words.waitFor().then(() => true)])
    if (isTold) return text
    said.stored = true
  }
  return null
}

/** The browser gives no more room: the person is told in words, nothing is lost, and with room it goes on. */
export const browserStorage: Scenario = {
  name: 'browser-full',
  belongs: 'long run',
  run: async () => {
    if (noBrowser) return { kind: 'skipped', why: noBrowser }
    const pair = await openPair()
    try {
      const violations: string[] = []
      const { tab, world } = pair
      for (const number of [1, 2, 3]) await pair.says(tab, `alice ${number}`)
      const session = await tab.devTools()
      await session.send('Storage.overrideQuotaForOrigin', { origin: world.url, quotaSize: 1 })
      const refused = await writeUntilRefused(pair)
      if (refused === null) violations.push('nobody was told that there is no space')
      else if ((await tab.draft(roomName)) !== refused)
        violations.push('what could not be kept is not on the screen')
      for (const number of [1, 2, 3]) await pair.bobSays(`bob ${number}`)
      await session.send('Storage.overrideQuotaForOrigin', { origin: world.url })
      await eventually('alice can write again', withinMs, async () => {
        if (refused !== null && (await tab.draft(roomName)) === refused) await tab.press(roomName, refused)
        return (await tab.draft(roomName)) === ''
      }).catch((error: Error) => violations.push(error.message))
      await pair.says(tab, 'alice again')
      for (const number of [4, 5]) await pair.bobSays(`bob ${number}`)
      for (const number of [1, 2, 3, 4, 5])
        await tab.sees(`bob ${number}`).catch(() => violations.push(`bob ${number} is not shown`))
      const verdict = await pair.judge([tab])
      return outcomeOf('quota of the browser used up, and given back', 0, verdict, [
        ...violations,
        ...tab.complaints,
      ])
    } finally {
      await pair.end()
    }
  },
}
