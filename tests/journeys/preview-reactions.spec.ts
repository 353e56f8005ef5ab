import { expect, type Page, test } from '@playwright/test'
import { buildPreview } from './world/previewSite.ts'
import { serveFolder } from './world/staticSite.ts'

let site: Awaited<ReturnType<typeof serveFolder>>

test.beforeAll(async () => {
  site = await serveFolder(await buildPreview(), () => ({}))
})
test.afterAll(() => site.close())

const arrive = async (page: Page) => {
  await page.goto(`${site.url}/preview.html?scene=desk#/room/0f06`)
  await expect(composer(page)).toBeVisible()
}
const composer = (page: Page) => page.getByRole('textbox', { name: /^Message to/ })
const list = (page: Page) => page.getByRole('region', { name: /^Messages in/ })
const picker = (page: Page) => page.getByRole('dialog', { name: 'React' })
/** What ends in an ellipsis is not answered: nothing moves under the pointer. */
const say = async (page: Page, text: string) => {
  await composer(page).fill(text)
  await page.getByRole('button', { name: 'Send message' }).click()
  const said = page.locator('article[data-own="true"]').filter({ hasText: text })
  await expect(said).toHaveAttribute('data-delivery', 'sent')
  return said
}

test('by pointer: one press opens the emoji, the next says it, a press on it takes it back', async ({
  page,
}) => {
  await arrive(page)
  const said = await say(page, 'lunch?…')
  await said.hover()
  await said.getByRole('button', { name: 'React' }).click()
  await expect(picker(page)).toBeVisible()
  await picker(page).getByRole('button', { name: '👍 thumbs up' }).first().click()
  await expect(picker(page)).toHaveCount(0)
  const chip = said.getByRole('button', { name: '👍 1: you' })
  await expect(chip).toHaveAttribute('aria-pressed', 'true')
  await chip.click()
  await expect(said.getByRole('group', { name: 'Reactions' })).toHaveCount(0)
})

test('by key: to a message, one letter, an arrow or a name, Enter; Escape closes and leaves all as it was', async ({
  page,
}) => {
  await arrive(page)
  const said = await say(page, 'by key…')
  await list(page).focus()
  await page.keyboard.press('ArrowUp')
  await expect(said).toBeFocused()
  await page.keyboard.press('r')
  await expect(picker(page).getByRole('button', { name: '👍 thumbs up' }).first()).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(picker(page)).toHaveCount(0)
  await expect(said).toBeFocused()

  await page.keyboard.press('r')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await expect(said.getByRole('button', { name: '❤️ 1: you' })).toBeVisible()

  await said.focus()
  await page.keyboard.press('r')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.type('rocket')
  await page.keyboard.press('Enter')
  await expect(said.getByRole('button', { name: '🚀 1: you' })).toBeVisible()
  await expect(said.getByRole('group', { name: 'Reactions' }).getByRole('button')).toHaveCount(2)
})

test('by a word: /react means the last that another one has said, and says so where there is nothing', async ({
  page,
}) => {
  await arrive(page)
  await composer(page).fill('/react 👍')
  await page.keyboard.press('Enter')
  await expect(page.getByText('There is no recent message from someone else to react to.')).toBeVisible()
  await composer(page).fill('/react')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Type an emoji after /react.')).toBeVisible()
  await page.goto(`${site.url}/preview.html?scene=desk#/room/0f02`)
  await composer(page).fill('/react hardly an emoji')
  await page.keyboard.press('Enter')
  await expect(page.getByText('“hardly an emoji” is not an emoji')).toBeVisible()
  await composer(page).fill('/react thumbs up')
  await page.keyboard.press('Enter')
  await expect(composer(page)).toHaveValue('')
  await expect(page.getByText('You reacted to emeka.okafor with 👍.')).toBeVisible()
  const last = page.getByRole('article').filter({ hasText: 'Second one. No doubt.' })
  await expect(last.getByRole('button', { name: '👍 1: you' })).toBeVisible()
})

test('an emoji that has no name here can be pasted, and what is none is not found', async ({ page }) => {
  await arrive(page)
  const said = await say(page, 'pasted…')
  await said.hover()
  await said.getByRole('button', { name: 'React' }).click()
  const field = picker(page).getByRole('searchbox', { name: 'Find an emoji' })
  await field.fill('zzzz')
  await expect(picker(page).getByText('No emoji has that name')).toBeVisible()
  await field.fill('👩🏽‍🚀')
  await field.press('Enter')
  await expect(said.getByRole('button', { name: '👩🏽‍🚀 1: you' })).toBeVisible()
})

test.describe('by finger', () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 360, height: 780 } })
  test('a long press, then React', async ({ page }) => {
    await arrive(page)
    const said = await say(page, 'by finger…')
    const session = await page.context().newCDPSession(page)
    const box = await said.getByText('by finger…').boundingBox()
    const point = { x: (box?.x ?? 0) + 5, y: (box?.y ?? 0) + 5 }
    await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [point] })
    const item = page.getByRole('menuitem', { name: 'React' })
    await expect(item).toBeVisible()
    await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
    await item.tap()
    await expect(picker(page)).toBeVisible()
    await picker(page).getByRole('button', { name: '🎉 party' }).first().tap()
    await expect(said.getByRole('button', { name: '🎉 1: you' })).toBeVisible()
    await said.getByRole('button', { name: '🎉 1: you' }).tap()
    await expect(said.getByRole('group', { name: 'Reactions' })).toHaveCount(0)
  })
})
