import { expect, type Page, test } from '@playwright/test'
import { buildPreview } from './world/previewSite.ts'
import { serveFolder } from './world/staticSite.ts'

let site: Awaited<ReturnType<typeof serveFolder>>

test.beforeAll(async () => {
  site = await serveFolder(await buildPreview(), () => ({}))
})
test.afterAll(() => site.close())

const arrive = async (page: Page, room: string, scene = 'unread') => {
  await page.goto(`${site.url}/preview.html?scene=${scene}#/room/${room}`)
  await expect(page.locator('article').first()).toBeVisible()
}
const messages = (page: Page) => page.getByRole('region', { name: /^Messages in/ })
const rooms = (page: Page) => page.getByRole('navigation', { name: 'Rooms' })
const line = (page: Page, number: number) =>
  page.locator('article').filter({ has: page.getByText(new RegExp(`^line ${number}(\\n|$)`)) })

/** What the list of rooms counts. */
const unreadIn = async (page: Page, room: string): Promise<number> => {
  const text = await rooms(page)
    .getByRole('link', { name: new RegExp(`^${room}`) })
    .innerText()
  return Number(/([\d,]+) unread message/.exec(text.replaceAll('\n', ' '))?.[1]?.replaceAll(',', '') ?? 0)
}

/** The numbers of the lines whose end is on the screen. */
const linesShown = (page: Page): Promise<readonly number[]> =>
  messages(page).evaluate((list) => {
    const view = list.getBoundingClientRect()
    return [...list.querySelectorAll('article')].flatMap((article) => {
      const { bottom } = article.getBoundingClientRect()
      const number = Number(/line (\d+)/.exec(article.innerText)?.[1])
      return bottom > view.top && bottom <= view.bottom + 1 ? [number] : []
    })
  })

/** Turns the wheel until the list moves, as a person does: a browser drops what comes before its first picture. */
const wheel = async (page: Page, deltaPx: number) => {
  const place = () => messages(page).evaluate((list) => list.scrollTop)
  const before = await place()
  await expect(async () => {
    await page.mouse.wheel(0, deltaPx)
    await expect.poll(place, { intervals: [20], timeout: 2000 }).not.toBe(before)
  }).toPass()
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
}

const last = async (page: Page): Promise<number> => (await linesShown(page)).at(-1) ?? 0

test('700 unread lines begin with the first, and are read as they are seen', async ({ page }) => {
  await arrive(page, '0f21')
  await expect(page.getByRole('separator', { name: 'New' })).toBeInViewport()
  await expect(line(page, 11)).toBeInViewport()
  await expect.poll(async () => (await unreadIn(page, 'Backlog')) + (await last(page))).toBe(710)
  expect(await last(page)).toBeLessThan(60)

  await messages(page).hover()
  for (let turn = 0; turn < 10; turn += 1) await wheel(page, 400)
  await expect.poll(async () => (await unreadIn(page, 'Backlog')) + (await last(page))).toBe(710)
  const read = await unreadIn(page, 'Backlog')
  expect(read).toBeLessThan(660)
  expect(read).toBeGreaterThan(400)

  // Back up, nothing becomes unread; down to the end, all has been seen.
  for (let turn = 0; turn < 4; turn += 1) await wheel(page, -400)
  expect(await unreadIn(page, 'Backlog')).toBe(read)
  await expect(async () => {
    await wheel(page, 500)
    expect(await last(page)).toBe(710)
  }).toPass({ intervals: [0] })
  await expect.poll(() => unreadIn(page, 'Backlog')).toBe(0)
  await expect(page.getByRole('button', { name: /^Jump to the latest/ })).toHaveCount(0)
  // What was loaded on the way has not been read out as if it had just been said.
  await expect(page.locator('[aria-live="polite"]')).toHaveText('')
})

test('what was jumped over stays unread, until somebody says that it is read', async ({ page }) => {
  await arrive(page, '0f21')
  await expect.poll(async () => (await unreadIn(page, 'Backlog')) + (await last(page))).toBe(710)
  const before = await unreadIn(page, 'Backlog')
  await page.getByRole('button', { name: /^Jump to the latest/ }).click()
  await expect(line(page, 710)).toBeInViewport()
  const bar = page.getByRole('group', { name: /unread messages above/ })
  await expect(bar).toBeVisible()
  expect(await unreadIn(page, 'Backlog')).toBe(before)

  // What one writes is no word about what others wrote.
  await page.getByRole('textbox', { name: 'Message to Backlog' }).fill('seen…')
  await page.keyboard.press('Enter')
  await expect(page.locator('article[data-own="true"]')).toHaveAttribute('data-delivery', 'sent')
  expect(await unreadIn(page, 'Backlog')).toBe(before)

  // Another room and back: one is where one was, and what was jumped over is unread as before.
  await rooms(page)
    .getByRole('link', { name: /^Quiet/ })
    .click()
  await expect(page.locator('h1')).toHaveText('Quiet')
  await rooms(page)
    .getByRole('link', { name: /^Backlog/ })
    .click()
  await expect(line(page, 710)).toBeInViewport()
  await expect(bar).toBeVisible()
  const left = await unreadIn(page, 'Backlog')
  expect(left).toBe(before)

  await bar.getByRole('button', { name: 'Jump up' }).click()
  await expect(line(page, 711 - left)).toBeInViewport()
  await expect(page.getByRole('separator', { name: 'New' })).toBeInViewport()
  await page.keyboard.press('Alt+End')
  await expect(line(page, 710)).toBeInViewport()
  await bar.getByRole('button', { name: 'Mark as read' }).click()
  await expect.poll(() => unreadIn(page, 'Backlog')).toBe(0)
  await expect(bar).toHaveCount(0)
})

test('nothing is read in a page that nobody looks at', async ({ page }) => {
  await page.addInitScript(() => {
    document.hasFocus = () => 'looks' in window
  })
  await arrive(page, '0f21')
  await messages(page).hover()
  for (let turn = 0; turn < 5; turn += 1) await wheel(page, 400)
  expect(await unreadIn(page, 'Backlog')).toBe(700)
  // Who comes back sees what is on the screen now, and has not seen what went by.
  await page.evaluate(() => {
    Object.assign(window, { looks: true })
    dispatchEvent(new Event('focus'))
  })
  await expect(page.getByRole('group', { name: '700 unread messages above' })).toBeVisible()
  expect(await unreadIn(page, 'Backlog')).toBe(700)
})

test('30,000 unread lines cost what is on the screen', async ({ page }) => {
  await page.addInitScript(() => {
    const made = { rows: 0 }
    Object.assign(window, { made })
    new MutationObserver((records) => {
      for (const { addedNodes } of records)
        for (const node of addedNodes) if (node instanceof Element) made.rows += node.matches('li') ? 1 : 0
    }).observe(document, { childList: true, subtree: true })
  })
  const rowsMade = () => page.evaluate(() => (window as unknown as { made: { rows: number } }).made.rows)
  await arrive(page, '0f22')
  await expect(line(page, 11)).toBeInViewport()
  expect(await rowsMade()).toBeLessThan(200)
  await messages(page).hover()
  const elements = () => page.evaluate(() => document.querySelectorAll('*').length)
  let most = await elements()
  const before = await last(page)
  for (let turn = 0; turn < 40; turn += 1) {
    await wheel(page, 600)
    most = Math.max(most, await elements())
  }
  const seen = (await last(page)) - before
  expect(seen).toBeGreaterThan(400)
  expect(most).toBeLessThan(2500)
  // Each line is drawn once on the way down, with some room for rows that come and go at the edge.
  expect(await rowsMade()).toBeLessThan(2 * seen + 200)
  await expect.poll(async () => (await unreadIn(page, 'Flood')) + (await last(page))).toBe(30_010)

  await page.getByRole('button', { name: /^Jump to the latest/ }).click()
  await expect(line(page, 30_010)).toBeInViewport()
  expect(await unreadIn(page, 'Flood')).toBeGreaterThan(29_000)
  await expect(page.getByRole('group', { name: /unread messages above/ })).toBeVisible()
})

test('each room is where it was left, after a reload too', async ({ page }) => {
  await arrive(page, '0f01', 'desk')
  await messages(page).hover()
  for (let turn = 0; turn < 12; turn += 1) await wheel(page, -700)
  const seenAt = () =>
    messages(page).evaluate((list) => {
      const top = list.getBoundingClientRect().top + 100
      const seen = [...list.querySelectorAll<HTMLElement>('article')].find(
        (one) => one.getBoundingClientRect().top > top,
      )
      return { id: seen?.dataset['message'] ?? '', top: seen?.getBoundingClientRect().top ?? 0 }
    })
  const left = await seenAt()
  const same = async () => {
    const box = await page.locator(`article[data-message="${left.id}"]`).boundingBox()
    return Math.abs((box?.y ?? 0) - left.top)
  }
  await rooms(page)
    .getByRole('link', { name: /^Lisbon/ })
    .click()
  await expect(page.locator('h1')).toHaveText('Lisbon')
  await rooms(page)
    .getByRole('link', { name: /^General/ })
    .click()
  await expect.poll(same).toBeLessThan(4)
  await page.reload()
  await expect.poll(same).toBeLessThan(4)
  await page.getByRole('button', { name: /^Jump to the latest/ }).click()
  await expect(messages(page).getByText('This one was written in a tunnel.')).toBeInViewport()
})
