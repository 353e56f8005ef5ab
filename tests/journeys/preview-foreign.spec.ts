import { expect, type Page, test } from '@playwright/test'
import { translateAll } from './world/foreignHands.ts'
import { buildPreview } from './world/previewSite.ts'
import { serveFolder } from './world/staticSite.ts'

let site: Awaited<ReturnType<typeof serveFolder>>

test.beforeAll(async () => {
  site = await serveFolder(await buildPreview(), () => ({}))
})
test.afterAll(() => site.close())

const errorsOf = (page: Page): readonly string[] => {
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  return errors
}

const arrive = async (page: Page, room: string, scene = 'desk') => {
  await page.goto(`${site.url}/preview.html?scene=${scene}#/room/${room}`)
  await expect(composer(page)).toBeVisible()
}
const composer = (page: Page) => page.getByRole('textbox', { name: /^Message to/ })
const rooms = (page: Page) => page.getByRole('navigation', { name: 'Rooms' })
const message = (page: Page, text: string) => page.locator('article', { hasText: text })
const say = async (page: Page, text: string) => {
  await composer(page).fill(text)
  await composer(page).press('Enter')
}

test('a page whose every text is replaced by somebody else, all the time, goes on', async ({ page }) => {
  const errors = errorsOf(page)
  await translateAll(page)
  await arrive(page, '0f02')
  await expect(page.locator('font font', { hasText: 'Design review' }).first()).toBeVisible()

  // Messages of one's own and of others arrive, one fails, is tried again, and others are discarded.
  await say(page, 'hello **there** https://example.org')
  await expect(message(page, 'Heard: hello')).toBeVisible()
  await say(page, 'fail')
  await expect(page.getByText('Not sent.').last()).toBeVisible()
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(message(page, 'Heard: fail no more')).toBeVisible()
  await say(page, 'fail')
  await page.getByRole('button', { name: 'Discard' }).click()
  await expect(page.locator('article[data-delivery="failed"]')).toHaveCount(0)

  // What stands below the field changes and goes.
  await composer(page).fill('/nothing')
  await composer(page).press('Enter')
  await expect(page.getByText(/There is no command/)).toBeVisible()
  await composer(page).fill('/')
  await expect(page.getByRole('option')).not.toHaveCount(0)
  await composer(page).fill('€'.repeat(16_385))
  await expect(page.getByText('Too long by 3 bytes.')).toBeVisible()
  await composer(page).fill('')

  // Rooms of every kind are opened; a list is searched; a draft comes and goes.
  for (const name of [/^General/, /^Storage review/, /^Book club/, /^Offsite/, /^On call/, /^Lisbon/]) {
    await rooms(page).getByRole('link', { name }).click()
    await expect(page.locator('h1')).toHaveText(name)
  }
  await page.getByRole('textbox', { name: 'Find a room' }).fill('zzz')
  await expect(page.getByText('No room has that name.')).toBeVisible()
  await page.getByRole('textbox', { name: 'Find a room' }).fill('')
  await rooms(page)
    .getByRole('link', { name: /^Design review/ })
    .click()

  // Dialogs open, change and close; members come and go.
  await page.keyboard.press('Control+.')
  await page.getByRole('button', { name: 'Change something about bob' }).click()
  await page.getByRole('menuitem', { name: 'Remove from the room' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove', exact: true }).click()
  await expect(page.getByRole('alertdialog')).toHaveCount(0)
  await expect(page.getByText(/removed/).last()).toBeVisible()
  await page.keyboard.press('Control+.')
  await page.keyboard.press('Control+Shift+O')
  await page.getByRole('dialog').getByRole('button', { name: 'Create room' }).click()
  await expect(page.getByText('Enter a name for the room.')).toBeVisible()
  await page.getByLabel('Room name').fill('Translated')
  await page.getByRole('dialog').getByRole('button', { name: 'Create room' }).click()
  await expect(page.locator('h1')).toHaveText('Translated')

  await page.getByRole('button', { name: 'Menu of alice' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Sign out', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'Welcome back' })).toBeVisible()
  expect(errors).toEqual([])
})
