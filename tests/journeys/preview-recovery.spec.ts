import { expect, type Page, test } from '@playwright/test'
import { buildPreview } from './world/previewSite.ts'
import { serveFolder } from './world/staticSite.ts'

let site: Awaited<ReturnType<typeof serveFolder>>

test.beforeAll(async () => {
  site = await serveFolder(await buildPreview(), () => ({}))
})
test.afterAll(() => site.close())

const arrive = (page: Page, room: string, scene = 'recovery') =>
  page.goto(`${site.url}/preview.html?scene=${scene}#/room/${room}`)
const composer = (page: Page) => page.getByRole('textbox', { name: /^Message to/ })
const members = (page: Page) => page.getByRole('list', { name: 'Members' })

/** Presses the tab key until something with this accessible name has the focus. */
const tabTo = async (page: Page, name: string | RegExp, role: 'button' | 'checkbox' | 'link' | 'radio') => {
  const wanted = page.getByRole(role, { name }).first()
  await expect(wanted).toBeVisible()
  const isFocused = () => wanted.evaluate((element) => element === document.activeElement)
  for (let press = 0; press < 40 && !(await isFocused()); press++) await page.keyboard.press('Tab')
  await expect(wanted).toBeFocused()
}

test.describe('a room that is being mended', () => {
  test('says how far the server has been given back what it had lost, and what has to happen', async ({
    page,
  }) => {
    await arrive(page, '0e0e')
    await expect(
      page.getByText('3,500 of 7,900 lost entries have been given back to the server.'),
    ).toBeVisible()
    await expect(
      page.getByText('Another device in the room may have them; it has to be online.'),
    ).toBeVisible()
  })

  test('takes what one writes, and says when it is sent', async ({ page }) => {
    await arrive(page, '0e02')
    await expect(page.getByText('What you write is sent as soon as')).toBeVisible()
    await composer(page).fill('hello')
    await composer(page).press('Enter')
    await expect(page.getByText('Waiting until this device is back in the room').first()).toBeAttached()
    await expect(page.getByRole('button', { name: 'Invite' })).toHaveCount(0)
  })

  test('is tried once more by keyboard, and goes through every step', async ({ page }) => {
    await arrive(page, '0e06')
    await tabTo(page, 'Try again', 'button')
    await page.keyboard.press('Enter')
    await expect(page.getByText('This device is reading what it missed.').first()).toBeVisible()
    await expect(page.getByText('This device is rejoining the room with new keys.').first()).toBeVisible()
    await expect(composer(page)).toBeVisible()
    await expect(page.locator('[aria-live="polite"]')).toHaveText('This device is back in the room.')
    await expect(page.getByText('You rejoined with new keys')).toBeVisible()
    await expect(page.getByText('This room is frozen.')).toHaveCount(0)
  })
})

test.describe('messages without a key', () => {
  test('are one line, which is opened and closed by keyboard', async ({ page }) => {
    await arrive(page, '0e01')
    await tabTo(page, '7 messages without a key on this device', 'button')
    await page.keyboard.press('Enter')
    await expect(
      page.getByText('3 messages of yours, sent before this device was restored to an older state'),
    ).toBeVisible()
    await expect(page.getByText('4 messages from others, sent while this device')).toBeVisible()
    await page.keyboard.press('Enter')
    await expect(page.getByText('3 messages of yours')).toHaveCount(0)
  })
})

test.describe('founding a room anew', () => {
  test('is offered to owners, asks, and leads into the new room', async ({ page }) => {
    await arrive(page, '0e07')
    await tabTo(page, 'Start this room again', 'button')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('alertdialog', { name: 'Start Incident 41 again?' })
    await expect(dialog.getByRole('listitem')).toHaveCount(4)
    await expect(dialog.getByRole('listitem').filter({ hasText: 'bob' })).toContainText('Admin')
    const confirm = dialog.getByRole('button', { name: 'Start this room again' })
    await expect(confirm).toBeDisabled()
    await tabTo(page, /^I want to continue/, 'checkbox')
    await page.keyboard.press('Space')
    await expect(confirm).toBeEnabled()
    await confirm.focus()
    await page.keyboard.press('Enter')
    await expect(page.getByText('You started this room again.')).toBeVisible()
    await expect(composer(page)).toBeVisible()
    await tabTo(page, 'Read the earlier room', 'link')
    await page.keyboard.press('Enter')
    await expect(page.getByText('This room continues in a new one.').first()).toBeVisible()
    await expect(composer(page)).toHaveCount(0)
    await tabTo(page, 'Go to the new room', 'button')
    await page.keyboard.press('Enter')
    await expect(composer(page)).toBeVisible()
  })

  test('is not offered to members: they are told whom to ask', async ({ page }) => {
    await arrive(page, '0e08')
    await expect(page.getByRole('region', { name: /This room is frozen/ })).toContainText(
      'Ask an owner: bob or chiara',
    )
    await expect(page.getByRole('button', { name: 'Start this room again' })).toHaveCount(0)
  })
})

test.describe('members', () => {
  test('are removed and given roles by keyboard; everybody sees it', async ({ page }) => {
    await arrive(page, '0f02', 'desk')
    await expect(composer(page)).toBeFocused()
    await page.keyboard.press('Control+.')
    await tabTo(page, 'Actions for bob', 'button')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    const roles = page.getByRole('alertdialog', { name: 'Role of bob' })
    await expect(roles.getByRole('radio', { name: 'Admin' })).toBeChecked()
    await roles.getByRole('radio', { name: 'Admin' }).focus()
    await page.keyboard.press('ArrowDown')
    await expect(roles.getByRole('radio', { name: 'Member' })).toBeChecked()
    await page.keyboard.press('Enter')
    await expect(roles).toBeHidden()
    await expect(page.getByText('You made bob a member')).toBeVisible()
    await expect(members(page).getByRole('listitem').filter({ hasText: 'bob' })).not.toContainText('Admin')
    await expect(page.getByRole('button', { name: 'Actions for bob' })).toBeFocused()

    await page.keyboard.press('Enter')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    const removal = page.getByRole('alertdialog', { name: /^Remove bob from/ })
    await expect(removal).toBeVisible()
    await removal.getByRole('button', { name: 'Remove', exact: true }).focus()
    await page.keyboard.press('Enter')
    await expect(removal).toBeHidden()
    await expect(members(page).locator(':focus')).toHaveCount(1)
    await expect(members(page).getByText('bob', { exact: true })).toHaveCount(0)
    await expect(page.getByText('You removed bob')).toBeVisible()
  })

  test('what goes wrong is said in words, and nothing has changed', async ({ page }) => {
    await arrive(page, '0f01', 'desk')
    await expect(composer(page)).toBeFocused()
    await page.keyboard.press('Control+.')
    await page.getByRole('button', { name: 'Actions for נועם' }).click()
    await page.getByRole('menuitem', { name: 'Remove from the room' }).click()
    const removal = page.getByRole('alertdialog')
    await removal.getByRole('button', { name: 'Remove', exact: true }).click()
    await expect(removal.getByRole('alert')).toContainText('The room has just changed.')
    await page.keyboard.press('Escape')
    await expect(members(page).getByText('נועם')).toBeVisible()
  })

  test('what one may not do is not offered', async ({ page }) => {
    await arrive(page, '0e01')
    await expect(composer(page)).toBeFocused()
    await page.keyboard.press('Control+.')
    await expect(members(page).getByRole('listitem')).toHaveCount(5)
    // An admin: not to the owner, not to another admin, not to herself.
    const offered = page.getByRole('button', { name: /^Actions for/ })
    await expect(offered).toHaveCount(2)
    await page.getByRole('button', { name: 'Actions for emeka.okafor' }).click()
    await page.getByRole('menuitem', { name: 'Change role' }).click()
    await expect(page.getByRole('radio')).toHaveCount(2)
  })
})

test('an invitation says that it may continue a frozen room of its inviter', async ({ page }) => {
  await arrive(page, '0e0b')
  await expect(page.getByText('This may be the room in which it continues').locator('..')).toContainText(
    'bob is an owner of Mirrors, Book club, and Board',
  )
})
