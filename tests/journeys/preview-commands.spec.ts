import { expect, type Page, test } from '@playwright/test'
import { buildPreview } from './world/previewSite.ts'
import { serveFolder } from './world/staticSite.ts'

let site: Awaited<ReturnType<typeof serveFolder>>

test.beforeAll(async () => {
  site = await serveFolder(await buildPreview(), () => ({}))
})
test.afterAll(() => site.close())

const composer = (page: Page) => page.getByRole('textbox', { name: /^Message to/ })
const options = (page: Page) => page.getByRole('listbox', { name: 'Commands' }).getByRole('option')
const active = (page: Page) => page.getByRole('option', { selected: true })
const message = (page: Page, text: string) => page.getByRole('article').filter({ hasText: text })

test.beforeEach(async ({ page }) => {
  await page.goto(`${site.url}/preview.html?scene=bots#/room/0b01`)
  await expect(composer(page)).toBeFocused()
})

test('a command is found, taken and run by keyboard alone, and a screen reader is told', async ({ page }) => {
  await page.keyboard.type('/')
  await expect(options(page)).toHaveCount(10)
  await expect(page.getByRole('status').filter({ hasText: '10 commands' })).toBeAttached()
  await expect(active(page)).toContainText('/react')
  await page.keyboard.press('ArrowUp')
  await expect(active(page)).toContainText('/help')
  await expect(active(page)).toContainText('tick')
  const id = await composer(page).getAttribute('aria-activedescendant')
  expect(await active(page).getAttribute('id')).toBe(id)

  await page.keyboard.type('in')
  await expect(options(page)).toHaveCount(1)
  await page.keyboard.press('Tab')
  await expect(composer(page)).toHaveValue('/invite ')
  await expect(composer(page)).toBeFocused()
  await expect(options(page)).toHaveCount(0)
  await page.keyboard.press('Enter')
  await expect(page.getByText('Type a name after /invite.')).toBeVisible()
  await expect(composer(page)).toHaveValue('/invite ')
  await page.keyboard.type('emeka')
  await expect(page.getByText('Say /invite')).toHaveCount(0)
  await page.keyboard.press('Enter')
  await expect(page.getByText('emeka is invited.')).toBeVisible()
  await expect(composer(page)).toHaveValue('')
  await expect(message(page, '/invite')).toHaveCount(0)

  await page.keyboard.type('/invite nobody')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Nobody here has that name.')).toBeVisible()
  await expect(composer(page)).toHaveValue('/invite nobody')
})

test('Escape closes the list and leaves the text; the next letter opens it again', async ({ page }) => {
  await page.keyboard.type('/m')
  await expect(options(page)).toHaveCount(2)
  await page.keyboard.press('Escape')
  await expect(options(page)).toHaveCount(0)
  await expect(composer(page)).toHaveValue('/m')
  await page.keyboard.type('e')
  await expect(options(page)).toHaveCount(2)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(composer(page)).toHaveValue('/members')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('list', { name: 'Members' })).toBeVisible()
  const members = page.getByRole('list', { name: 'Members' }).getByRole('listitem')
  await expect(members.filter({ hasText: 'tick' })).toContainText('Bot')
  await expect(members.filter({ hasText: 'chiara' })).not.toContainText('Bot')
})

test('what is no command is told, and not sent; two slashes send one', async ({ page }) => {
  await page.keyboard.type('/etc/passwd is empty')
  await page.keyboard.press('Enter')
  await expect(page.getByText(/There is no command \/etc\/passwd/)).toBeVisible()
  await expect(composer(page)).toHaveValue('/etc/passwd is empty')
  await composer(page).fill('//etc/passwd is empty')
  await page.keyboard.press('Enter')
  await expect(message(page, '/etc/passwd is empty').filter({ hasNotText: '//' })).toHaveCount(1)
  await expect(composer(page)).toHaveValue('')
})

test('what is said with a slash looks as it should, and a bot gets its command as it was written', async ({
  page,
}) => {
  const say = async (text: string) => {
    await composer(page).fill(text)
    await page.keyboard.press('Enter')
    await expect(composer(page)).toHaveValue('')
  }
  await say('/me waves')
  await expect(message(page, 'You').filter({ hasText: 'waves' }).locator('em')).toHaveCount(1)
  await say('/shrug who knows')
  await expect(message(page, 'who knows ¯\\_(ツ)_/¯').first()).toBeVisible()
  await say('/remind 5m bread')
  await expect(message(page, '/remind 5m bread').first()).toBeVisible()
  await composer(page).fill('/leave')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alertdialog', { name: /Leave/ })).toBeVisible()
  await page.keyboard.press('Escape')
  await composer(page).fill('/help')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Commands' })
  await expect(dialog.getByText('remind you later')).toBeVisible()
})

test('a finger takes a command as well', async ({ page }) => {
  await composer(page).fill('/sh')
  await options(page).first().click()
  await expect(composer(page)).toHaveValue('/shrug ')
  await expect(composer(page)).toBeFocused()
})

test('a program is marked as one wherever it speaks', async ({ page }) => {
  const said = message(page, 'I will remind you in 10m.')
  await expect(said).toContainText('Bot')
  await expect(message(page, 'looks at db-2')).not.toContainText('Bot')
  await expect(message(page, 'looks at db-2').locator('em')).toHaveCount(1)
})
