import { expect, type Page, test } from '@playwright/test'
import { buildPreview } from './world/previewSite.ts'
import { serveFolder } from './world/staticSite.ts'

let site: Awaited<ReturnType<typeof serveFolder>>

test.beforeAll(async () => {
  site = await serveFolder(await buildPreview(), () => ({}))
})
test.afterAll(() => site.close())

test.use({ viewport: { width: 1440, height: 900 } })

const arrive = async (page: Page, place: string) => {
  await page.goto(`${site.url}/preview.html?scene=desk#${place}`)
  // What is behind a dialog has no role.
  await expect(page.locator('#main')).toBeVisible()
}
const composer = (page: Page) => page.getByRole('textbox', { name: /^Message to/ })
const members = (page: Page) => page.getByRole('complementary', { name: 'Members' })
const dialog = (page: Page, name: string | RegExp) => page.getByRole('dialog', { name })
const isAt = (page: Page, place: string) => expect(page).toHaveURL(new RegExp(`#${place}$`))

test('what is opened has an address, and the way back closes it and gives the focus back', async ({
  page,
}) => {
  await arrive(page, '/room/0f02')
  await expect(composer(page)).toBeFocused()
  await page.keyboard.press('Control+/')
  await isAt(page, '/room/0f02/shortcuts')
  await page.goBack()
  await expect(dialog(page, 'Keyboard shortcuts')).toHaveCount(0)
  await expect(composer(page)).toBeFocused()
  await isAt(page, '/room/0f02')
})

test('an address opens a dialog; closed, it leads to the room, and back from there to nothing of it', async ({
  page,
}) => {
  await arrive(page, '/room/0f02/settings')
  await expect(dialog(page, 'Settings')).toBeVisible()
  await page.getByRole('button', { name: 'Manage' }).click()
  await expect(dialog(page, 'Access tokens')).toBeVisible()
  await isAt(page, '/room/0f02/settings/tokens')
  await page.keyboard.press('Escape')
  await expect(dialog(page, 'Settings')).toBeVisible()
  await page.keyboard.press('Escape')
  await isAt(page, '/room/0f02')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.reload()
  await expect(composer(page)).toBeFocused()
  await expect(page.getByRole('dialog')).toHaveCount(0)
})

test('a panel stays open from room to room, through a dialog and a reload', async ({ page }) => {
  await arrive(page, '/room/0f02')
  await page.getByRole('button', { name: 'Members', exact: true }).click()
  await expect(members(page)).toBeVisible()
  await page.getByRole('link', { name: /^Lisbon/ }).click()
  await isAt(page, '/room/0f06/members')
  await expect(members(page)).toBeVisible()
  await members(page).getByRole('button', { name: 'Invite someone' }).click()
  await isAt(page, '/room/0f06/members/invite')
  await page.keyboard.press('Escape')
  await isAt(page, '/room/0f06/members')
  await page.reload()
  await expect(members(page)).toBeVisible()
  await page.keyboard.press('Control+.')
  await expect(members(page)).toHaveCount(0)
  await isAt(page, '/room/0f06')
})

test('a room that was made takes the place of the question, and a name that is no place is passed by', async ({
  page,
}) => {
  await arrive(page, '/room/0f02/no-such-thing')
  await expect(composer(page)).toBeFocused()
  await page.keyboard.press('Control+Shift+O')
  await page.getByLabel('Room name').fill('Harbour')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Harbour', level: 1 })).toBeVisible()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.goBack()
  await expect(page.getByRole('heading', { name: 'Design review', level: 1 })).toBeVisible()
  await expect(page.getByRole('dialog')).toHaveCount(0)
})
