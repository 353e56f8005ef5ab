import { noBrowser } from '../browser/chromium.ts'
import { openPair } from '../browser/pair.ts'
import { judge, readRoom } from '../ledger.ts'
import { outcomeOf, type Scenario } from '../scenario.ts'
import { password } from '../world/person.ts'

/** Words that would blame the server, or nobody. */
const dishonest = /the server that answers is not|something broke/i

/** Somebody clears the data of the site: the device is gone, and the screen says so and nothing else. */
export const clearedSite: Scenario = {
  name: 'browser-cleared',
  belongs: 'always',
  run: async () => {
    if (noBrowser) return { kind: 'skipped', why: noBrowser }
    const pair = await openPair()
    try {
      const violations: string[] = []
      const { tab, world, bob, room, ledger } = pair
      for (const number of [1, 2, 3]) await pair.says(tab, `alice ${number}`)
      const session = await tab.devTools()
      await session.send('Storage.clearDataForOrigin', { origin: world.url, storageTypes: 'all' })
      const account = tab.page.getByRole('heading', { name: /Create your account|Sign in/ })
      await account.waitFor().catch(() => violations.push('the open page goes on as if nothing was'))
      const wrong = dishonest.exec(await tab.page.locator('body').innerText())
      if (wrong) violations.push(`the open page says “${wrong[0]}”`)
      await tab.page.reload()
      await account.waitFor()
      const form = tab.page.locator('form')
      await tab.page.getByRole('button', { name: 'Sign in', exact: true }).click()
      await tab.page.getByLabel('Name', { exact: true }).fill('alice')
      await tab.page.getByLabel('Password', { exact: true }).fill(password)
      await form.getByRole('button', { name: 'Sign in', exact: true }).click()
      await tab
        .sees(/the keys of this account/)
        .catch(() => violations.push('signing in does not say where the keys are'))
      const items = await readRoom(bob.client, room)
      for (const item of items)
        if (item.kind === 'message')
          ledger.heard(item.sender.name, room, [{ ...item, sender: { ...item.sender, own: true } }])
      const verdict = judge(ledger, [{ room, who: 'bob', items }])
      return outcomeOf('site data cleared under an open page', 0, verdict, [...violations, ...tab.complaints])
    } finally {
      await pair.end()
    }
  },
}
