import { expect, type Page, test } from '@playwright/test'
import { buildPreview } from './world/previewSite.ts'
import { serveFolder } from './world/staticSite.ts'

let site: Awaited<ReturnType<typeof serveFolder>>

test.beforeAll(async () => {
  site = await serveFolder(await buildPreview(), () => ({}))
})
test.afterAll(() => site.close())

const arrive = async (page: Page) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto(`${site.url}/preview.html?scene=desk#/room/0f06`)
  await expect(composer(page)).toBeVisible()
}
const composer = (page: Page) => page.getByRole('textbox', { name: /^Message to/ })
const list = (page: Page) => page.getByRole('region', { name: /^Messages in/ })
const bar = (page: Page) => page.getByRole('toolbar', { name: 'Message actions' })
const menu = (page: Page) => page.getByRole('menu', { name: 'Message actions' })
const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText())
/** What ends in an ellipsis is not answered: nothing moves under the pointer. */
const say = async (page: Page, text: string) => {
  await composer(page).fill(text)
  await page.getByRole('button', { name: 'Send message' }).click()
  const said = page.locator('article[data-own="true"]').filter({ hasText: text })
  await expect(said).toBeVisible()
  return said
}

test('the pointer brings up what can be done with a message, for one message at a time', async ({ page }) => {
  await arrive(page)
  const first = await say(page, 'one of two…')
  const second = await say(page, 'two of two…')
  await first.hover()
  await expect(bar(page)).toHaveCount(1)
  await expect(first.getByRole('toolbar')).toBeVisible()
  await second.hover()
  await expect(first.getByRole('toolbar')).toHaveCount(0)
  await second.getByRole('button', { name: 'Copy text' }).click()
  await expect.poll(() => clipboard(page)).toBe('two of two…')
  await expect(page.getByText('Copied', { exact: true }).first()).toBeVisible()
  await composer(page).hover()
  await expect(bar(page)).toHaveCount(0)
})

test('the bar moves nothing, and what is typed after a press on a message is written', async ({ page }) => {
  await arrive(page)
  const said = await say(page, 'stays where it is…')
  const before = await said.boundingBox()
  await said.hover()
  await expect(said.getByRole('toolbar')).toBeVisible()
  expect(await said.boundingBox()).toEqual(before)
  await said.getByText('stays where it is…').click()
  await page.keyboard.type('cat')
  await expect(composer(page)).toHaveValue('cat')
})

test('by key: up to a message, Enter for its menu, a letter for an action, Escape back to writing', async ({
  page,
}) => {
  await arrive(page)
  const first = await say(page, 'older…')
  const second = await say(page, 'newer…')
  // What the server has not taken yet has fewer actions.
  await expect(second).toHaveAttribute('data-delivery', 'sent')
  await list(page).focus()
  await page.keyboard.press('ArrowUp')
  await expect(second).toBeFocused()
  await page.keyboard.press('ArrowUp')
  await expect(first).toBeFocused()
  await page.keyboard.press('c')
  await expect.poll(() => clipboard(page)).toBe('older…')
  await page.keyboard.press('ArrowDown')
  await expect(second).toBeFocused()

  await page.keyboard.press('Enter')
  await expect(menu(page)).toBeVisible()
  await expect(menu(page).getByRole('menuitem', { name: 'React' })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(menu(page)).toHaveCount(0)
  await expect(second).toBeFocused()

  await page.keyboard.press('Tab')
  await expect(second.getByRole('button', { name: 'React' })).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(second.getByRole('button', { name: 'Copy text' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect.poll(() => clipboard(page)).toBe('newer…')
  await page.keyboard.press('Escape')
  await expect(composer(page)).toBeFocused()
})

test('what was not sent is tried again from its menu', async ({ page }) => {
  await arrive(page)
  const failed = await say(page, 'fail')
  await expect(failed.getByText('Not sent.')).toBeVisible()
  await failed.hover()
  await failed.getByRole('button', { name: 'More' }).click()
  await expect(menu(page).getByRole('menuitem')).toHaveText(['Try again', 'Copy text', 'Discard'])
  await menu(page).getByRole('menuitem', { name: 'Discard' }).click()
  await expect(failed).toHaveCount(0)
})

test.describe('by touch', () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 360, height: 740 } })

  /** A finger that rests for as long as the menu takes to come, or moves on. */
  const press = async (page: Page, text: string, moveByPx: number) => {
    const said = list(page).getByText(text)
    // It stands still.
    await said.click({ trial: true })
    const box = await said.boundingBox()
    const point = { x: (box?.x ?? 0) + 5, y: (box?.y ?? 0) + 5 }
    const session = await page.context().newCDPSession(page)
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', y?: number) =>
      session.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: y === undefined ? [] : [{ x: point.x, y }],
      })
    await touch('touchStart', point.y)
    if (moveByPx > 0) await touch('touchMove', point.y - moveByPx)
    return () => touch('touchEnd')
  }

  test('a long press opens the menu, and a finger that scrolls opens nothing', async ({ page }) => {
    await page.clock.install()
    await arrive(page)
    const said = await say(page, 'press me…')
    await expect(said).toHaveAttribute('data-delivery', 'sent')
    const lift = await press(page, 'press me…', 0)
    await page.clock.runFor(1000)
    await expect(menu(page)).toBeVisible()
    await lift()
    await expect(bar(page)).toBeHidden()
    await menu(page).getByRole('menuitem', { name: 'Copy text' }).click()
    await expect.poll(() => clipboard(page)).toBe('press me…')
    await expect(menu(page)).toHaveCount(0)

    await said.tap()
    await expect(menu(page)).toHaveCount(0)
    const liftMoved = await press(page, 'press me…', 60)
    await page.clock.runFor(2000)
    await expect(menu(page)).toHaveCount(0)
    await liftMoved()
  })
})
