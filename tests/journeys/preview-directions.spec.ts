import { expect, type Locator, type Page, test } from '@playwright/test'
import { buildPreview } from './world/previewSite.ts'
import { serveFolder } from './world/staticSite.ts'

let site: Awaited<ReturnType<typeof serveFolder>>

test.beforeAll(async () => {
  site = await serveFolder(await buildPreview(), () => ({}))
})
test.afterAll(() => site.close())

/** Ends the isolate it stands in, and turns everything behind it. */
const breakOut = '\u2069\u202e'

const arrive = async (page: Page, room: string) => {
  await page.goto(`${site.url}/preview.html?scene=directions#/room/${room}`)
  await expect(page.getByRole('textbox', { name: /^Message to/ })).toBeVisible()
}

/** Whether the characters of a word stand from left to right, wherever the word is in an element. */
const readsFromLeft = (place: Locator, word: string): Promise<boolean> =>
  place.evaluate((element, searched) => {
    const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
    while (texts.nextNode()) {
      const node = texts.currentNode as Text
      const at = node.data.indexOf(searched)
      if (at < 0) continue
      const lefts = Array.from(searched, (_, index) => {
        const range = document.createRange()
        range.setStart(node, at + index)
        range.setEnd(node, at + index + 1)
        return range.getBoundingClientRect().left
      })
      return lefts.every((left, index) => index === 0 || left >= (lefts[index - 1] ?? 0))
    }
    return false
  }, word)

test('names that turn their surroundings turn nothing but themselves', async ({ page }) => {
  await arrive(page, '0f31')
  await expect(page.getByPlaceholder('Message Directions')).toBeVisible()
  const event = page.locator('[data-event="renamed"]')
  expect(await readsFromLeft(event, 'named the room')).toBe(true)
  expect(await readsFromLeft(event.locator('time'), ':')).toBe(true)
  const [words, time] = [
    await event.locator('bdi').last().boundingBox(),
    await event.locator('time').boundingBox(),
  ]
  expect(time?.x).toBeGreaterThanOrEqual((words?.x ?? 0) + (words?.width ?? 0) - 1)
  expect(await readsFromLeft(page.locator('[data-hook]').first(), 'is not shown')).toBe(true)

  await page.getByRole('button', { name: 'Room menu' }).click()
  await page.getByRole('menuitem', { name: 'Leave room' }).click()
  const title = page.getByRole('alertdialog').locator('h2')
  expect(await readsFromLeft(title, 'Leave')).toBe(true)
  const [name, all] = [await title.locator('bdi').boundingBox(), await title.boundingBox()]
  expect(all?.x).toBeLessThan(name?.x ?? 0)
})

test('a link is an isolate of its own, whatever stands around it', async ({ page }) => {
  await arrive(page, '0f31')
  for (const text of [
    `\u202Ebefore https://example.org/abc`,
    `${breakOut}before https://example.org/abc`,
    'ראו https://example.org/abc עכשיו',
    '\u202E[example](https://example.org/abc)',
  ]) {
    await page.getByRole('textbox', { name: /^Message to/ }).fill(text)
    await page.keyboard.press('Enter')
    const row = page.locator('article[data-own="true"]').last()
    const link = row.locator('a')
    await expect(link).toHaveAttribute('href', 'https://example.org/abc')
    expect(await readsFromLeft(link, 'example')).toBe(true)
    expect(await link.evaluate((element) => getComputedStyle(element).unicodeBidi)).toBe('isolate')
    // Its host stands beside it, in the same isolate.
    const host = row.locator('bdi', { hasText: '(example.org)' })
    if ((await host.count()) > 0) expect(await host.locator('xpath=..').locator('a').count()).toBe(1)
    // The time beside it is another paragraph.
    expect(await readsFromLeft(row.locator('time').last(), ':')).toBe(true)
  }
})
