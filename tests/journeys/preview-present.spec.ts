import { expect, type Page, test } from '@playwright/test'
import { buildPreview } from './world/previewSite.ts'
import { serveFolder } from './world/staticSite.ts'

let site: Awaited<ReturnType<typeof serveFolder>>

test.beforeAll(async () => {
  site = await serveFolder(await buildPreview(), () => ({}))
})
test.afterAll(() => site.close())

/** Where it is 23:50 in Berlin, and 03:20 of the next day in Calcutta. */
const lateMs = Date.UTC(2026, 5, 15, 21, 50)

const arrive = async (page: Page, room: string) => {
  await page.goto(`${site.url}/preview.html?scene=desk#/room/${room}`)
  await expect(page.getByRole('textbox', { name: /^Message to/ })).toBeVisible()
}
const days = (page: Page) => page.locator('main h2')
/** Each time on the screen, with what it says to those who ask. */
const times = (page: Page) =>
  page
    .locator('main time')
    .evaluateAll((all) => all.map((time) => `${time.textContent} | ${time.getAttribute('title')}`))

test.use({ locale: 'en-GB' })

/** Takes the device to a zone; a browser tells its pages nothing about that. */
const travels = async (page: Page): Promise<(timezoneId: string) => Promise<void>> => {
  const session = await page.context().newCDPSession(page)
  return async (timezoneId) => {
    await session.send('Emulation.setTimezoneOverride', { timezoneId })
  }
}

test('times, days and what they are called follow the zone of the device, all of them', async ({ page }) => {
  const to = await travels(page)
  await to('Europe/Berlin')
  await page.clock.install({ time: lateMs })
  await arrive(page, '0f02')
  await expect(days(page)).toHaveText(['Friday 12 June', 'Saturday 13 June', 'Today'])
  expect((await times(page)).at(-1)).toMatch(/^23:30 \| Monday,? 15 June 2026 at 23:30$/)

  await to('Asia/Kolkata')
  await page.evaluate(() => dispatchEvent(new Event('focus')))
  await expect(days(page)).toHaveText(['Saturday 13 June', 'Sunday 14 June', 'Today'])
  await expect
    .poll(async () => (await times(page)).at(-1))
    .toMatch(/^3:00 \| Tuesday,? 16 June 2026 at 3:00$/)
  for (const time of await times(page)) expect(time).toMatch(/^(\d+:\d\d) \| .* at \1$/)
  await expect(page.getByRole('link', { name: /^Design review/ }).locator('time')).toHaveText('3:00')
})

test('the clock follows the language of the reader', async ({ page }) => {
  await (
    await travels(page)
  )('Europe/Berlin')
  await page.clock.install({ time: lateMs })
  await arrive(page, '0f02')
  await page.evaluate(() => {
    Object.defineProperty(navigator, 'languages', { value: ['de-DE', 'en-US'], configurable: true })
    dispatchEvent(new Event('languagechange'))
  })
  await expect
    .poll(async () => (await times(page)).at(-1))
    .toMatch(/^11:30\sPM \| Monday, June 15, 2026 at 11:30\sPM$/)
})

test('at midnight today becomes yesterday, in the list of rooms too', async ({ page }) => {
  await (
    await travels(page)
  )('Europe/Berlin')
  await page.clock.install({ time: lateMs })
  await arrive(page, '0f02')
  await expect(days(page).last()).toHaveText('Today')
  await expect(page.getByRole('link', { name: /^Design review/ }).locator('time')).toHaveText('23:30')
  await page.clock.runFor(11 * 60_000)
  await expect(days(page).last()).toHaveText('Yesterday')
  await expect(page.getByRole('link', { name: /^Design review/ }).locator('time')).toHaveText('Mon')
})
