import { expect, type Page, test } from '@playwright/test'
import { buildPreview } from './world/previewSite.ts'
import { serveFolder } from './world/staticSite.ts'

let site: Awaited<ReturnType<typeof serveFolder>>

test.beforeAll(async () => {
  site = await serveFolder(await buildPreview(), () => ({}))
})
test.afterAll(() => site.close())

const arrive = async (page: Page, room?: string, scene = 'desk') => {
  await page.goto(`${site.url}/preview.html?scene=${scene}${room ? `#/room/${room}` : ''}`)
  if (room) await expect(composer(page)).toBeVisible()
}
const composer = (page: Page) => page.getByRole('textbox', { name: /^Message to/ })
const messages = (page: Page) => page.getByRole('region', { name: /^Messages in/ })
const rooms = (page: Page) => page.getByRole('navigation', { name: 'Rooms' })
const message = (page: Page, text: string) => page.getByRole('article').filter({ hasText: text })

test.describe('by keyboard alone', () => {
  test('rooms are one stop of the tab key, with the arrows inside', async ({ page }) => {
    await arrive(page)
    const links = rooms(page).getByRole('link')
    await rooms(page).getByRole('textbox', { name: 'Find a room' }).focus()
    await page.keyboard.press('Tab')
    await expect(links.first()).toBeFocused()
    await page.keyboard.press('End')
    await expect(links.last()).toBeFocused()
    await page.keyboard.press('Home')
    const invitations = await rooms(page)
      .getByRole('region', { name: 'Invitations' })
      .getByRole('link')
      .count()
    for (let down = 0; down < invitations; down++) await page.keyboard.press('ArrowDown')
    const room = links.nth(invitations)
    await expect(room).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(composer(page)).toBeFocused()
    await expect(room).toHaveAttribute('aria-current', 'page')
  })

  test('a room is found by name, and the neighbours of a room are one press away', async ({ page }) => {
    await arrive(page, '0f01')
    await page.keyboard.press('Control+k')
    await page.keyboard.type('dés')
    await expect(rooms(page).getByRole('link')).toHaveCount(1)
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { name: 'Design review', level: 1 })).toBeVisible()
    await expect(composer(page)).toBeFocused()
    await page.keyboard.press('Alt+ArrowUp')
    await expect(page.getByRole('heading', { name: 'General', level: 1 })).toBeVisible()
    await page.keyboard.press('Alt+ArrowDown')
    await expect(page.getByRole('heading', { name: 'Design review', level: 1 })).toBeVisible()
  })

  test('the key that has chosen a room does nothing in it, however long it is held', async ({ page }) => {
    await arrive(page, '0f01')
    await page.keyboard.press('Control+k')
    await page.keyboard.type('design')
    // The browser tells a key that is held as presses without a release.
    await page.keyboard.down('Enter')
    await expect(page.getByRole('heading', { name: 'Design review', level: 1 })).toBeVisible()
    await expect(composer(page)).toBeFocused()
    await page.keyboard.down('Enter')
    await page.keyboard.up('Enter')
    await expect(composer(page)).toHaveValue('')

    // A room with a draft: what is held must not send it.
    await page.keyboard.press('Control+k')
    await page.keyboard.type('on call')
    await page.keyboard.down('Enter')
    await expect(composer(page)).toHaveValue('Thanks! I will look at the')
    for (let press = 0; press < 5; press++) await page.keyboard.down('Enter')
    await page.keyboard.up('Enter')
    await expect(composer(page)).toHaveValue('Thanks! I will look at the')
    await expect(page.locator('article[data-own="true"]')).toHaveCount(0)

    await rooms(page)
      .getByRole('link', { name: /^Design review/ })
      .focus()
    await page.keyboard.press('Enter')
    await expect(composer(page)).toBeFocused()
    await expect(composer(page)).toHaveValue('')
    await expect(rooms(page).getByText('Draft')).toHaveCount(1)
  })

  for (const key of ['Enter', 'Space'])
    test(`${key} that opens a dialog from a menu decides nothing in it`, async ({ page }) => {
      await arrive(page, '0f02')
      await page.getByRole('button', { name: 'Room menu' }).focus()
      await page.keyboard.press('Enter')
      const leave = page.getByRole('menuitem', { name: 'Leave room' })
      await leave.hover()
      await expect(leave).toBeFocused()
      await page.keyboard.press(key)
      const dialog = page.getByRole('alertdialog', { name: /Leave/ })
      await expect(dialog.locator(':focus')).toHaveCount(1)
      await expect(dialog).toBeVisible()
      await expect(page.locator('h1', { hasText: 'Design review' })).toBeVisible()
    })

  test('letters are letters, whatever is held beside them; spaces alone are no draft', async ({ page }) => {
    await arrive(page, '0f02')
    for (const letter of ['n', 'i', 'm']) await page.keyboard.press(`Alt+${letter}`)
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await composer(page).fill('  \n ')
    await rooms(page)
      .getByRole('link', { name: /^General/ })
      .click()
    await expect(page.getByRole('heading', { name: 'General', level: 1 })).toBeVisible()
    await expect(rooms(page).getByText('Draft')).toHaveCount(1)
  })

  test('a dialog keeps the focus, closes by Escape and gives it back', async ({ page }) => {
    await arrive(page, '0f02')
    await expect(composer(page)).toBeFocused()
    await page.keyboard.press('Control+Shift+O')
    const dialog = page.getByRole('dialog', { name: 'New room' })
    await expect(dialog.getByLabel('Room name')).toBeFocused()
    for (let press = 0; press < 6; press++) {
      await page.keyboard.press('Tab')
      await expect(dialog.locator(':focus')).toHaveCount(1)
    }
    await page.keyboard.press('Escape')
    await expect(dialog).toBeHidden()
    await expect(composer(page)).toBeFocused()
  })

  test('a question mark asks for help, but not while one writes', async ({ page }) => {
    await arrive(page, '0f02')
    await page.keyboard.type('really?')
    await expect(composer(page)).toHaveValue('really?')
    await messages(page).focus()
    await page.keyboard.press('?')
    await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
  })
})

test.describe('writing', () => {
  test('Enter sends, Shift and Enter make a new line, an input method keeps its Enter', async ({ page }) => {
    await arrive(page, '0f02')
    await page.keyboard.type('first line')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('second line')
    await composer(page).evaluate((field) =>
      field.dispatchEvent(
        new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, isComposing: true }),
      ),
    )
    await expect(composer(page)).toHaveValue('first line\nsecond line')
    await page.keyboard.press('Enter')
    await expect(composer(page)).toHaveValue('')
    await expect(message(page, 'second line').first()).toHaveAttribute('data-delivery', 'sent')
  })

  test('a draft waits in its room, and the list says so', async ({ page }) => {
    await arrive(page, '0f02')
    await page.keyboard.type('not yet finis')
    await rooms(page)
      .getByRole('link', { name: /^General/ })
      .click()
    await expect(rooms(page).getByRole('link', { name: /Draft.*not yet finis/ })).toBeVisible()
    await rooms(page)
      .getByRole('link', { name: /^Design review/ })
      .click()
    await expect(composer(page)).toHaveValue('not yet finis')
  })

  test('what was not sent is tried again or discarded', async ({ page }) => {
    await arrive(page, '0f02')
    for (const _ of [1, 2]) {
      await page.keyboard.type('fail')
      await page.keyboard.press('Enter')
      await expect(composer(page)).toHaveValue('')
    }
    const failed = page.locator('article[data-delivery="failed"]')
    await expect(failed).toHaveCount(2)
    const first = page.locator(`article[data-message="${await failed.first().getAttribute('data-message')}"]`)
    // The list may still be moving when the second one fails: who has clicked beside the button clicks again.
    await expect(async () => {
      if ((await first.count()) > 0)
        await first.getByRole('button', { name: 'Discard' }).click({ timeout: 2000 })
      await expect(first).toHaveCount(0, { timeout: 2000 })
    }).toPass()
    await expect(failed).toHaveCount(1)
    await failed.getByRole('button', { name: 'Try again' }).click()
    await expect(failed).toHaveCount(0)
    await expect(message(page, 'fail no more').first()).toHaveAttribute('data-delivery', 'sent')
  })

  test('what the server does not take says that it is tried again', async ({ page }) => {
    await page.clock.install()
    await arrive(page, '0f02')
    await composer(page).fill('stuck')
    await composer(page).press('Enter')
    await expect(message(page, 'stuck').last()).toHaveAttribute('data-delivery', 'sending')
    await page.clock.runFor(11_000)
    await expect(page.getByText('The server has not accepted this yet. Sotto keeps trying.')).toBeVisible()
  })

  test('what waits for space says so at once, and whose it is', async ({ page }) => {
    await arrive(page, '0f02')
    for (const [text, words] of [
      ['no space of mine', /You have reached the daily storage limit/],
      ['no space in here', /This room has reached its daily storage limit/],
      ['no space at all', /The server is almost full/],
    ] as const) {
      await composer(page).fill(text)
      await composer(page).press('Enter')
      await expect(message(page, text).getByText(words)).toBeVisible()
      // The reason leaves what was said its room: one line, above it.
      const said = await message(page, text).getByText(text, { exact: true }).boundingBox()
      const reason = await message(page, text).getByText(words).boundingBox()
      expect(said?.height).toBeLessThan(60)
      expect(reason?.y).toBeGreaterThanOrEqual((said?.y ?? 0) + (said?.height ?? 0))
    }
  })

  test('what could not be stored comes back into the field', async ({ page }) => {
    await arrive(page, '0f02')
    await page.keyboard.type('full')
    await page.keyboard.press('Enter')
    await expect(page.getByText('There is no space left on this device.')).toBeVisible()
    await expect(composer(page)).toHaveValue('full')
  })

  test('what is too long is told before it is sent', async ({ page }) => {
    await arrive(page, '0f02')
    await composer(page).fill('€'.repeat(16_385))
    await expect(page.getByText('Too long by 3 bytes.')).toBeVisible()
    await expect(page.getByRole('button', { name: 'Send message' })).toBeDisabled()
  })
})

test.describe('reading', () => {
  const distanceToEnd = (page: Page) =>
    messages(page).evaluate((list) => Math.round(list.scrollHeight - list.clientHeight - list.scrollTop))

  test('older messages are loaded without the others moving', async ({ page }) => {
    await arrive(page, '0f01')
    await expect(message(page, 'This one was written in a tunnel.')).toBeVisible()
    await messages(page).hover()
    const heightOf = () => messages(page).evaluate((list) => list.scrollHeight)
    const before = await heightOf()
    // Up to where the next page is asked for, looking at one message all the while.
    await expect(async () => {
      const watched = await messages(page).evaluate((list) => {
        const top = list.getBoundingClientRect().top + 100
        const seen = [...list.querySelectorAll<HTMLElement>('article')].find(
          (one) => one.getBoundingClientRect().top > top,
        )
        return { id: seen?.dataset['message'] ?? '', top: seen?.getBoundingClientRect().top ?? 0 }
      })
      await page.mouse.wheel(0, -300)
      await expect
        .poll(async () => {
          const box = await page.locator(`article[data-message="${watched.id}"]`).boundingBox()
          return Math.abs((box?.y ?? 0) - watched.top - 300)
        })
        .toBeLessThan(3)
      expect(await heightOf()).toBeGreaterThan(before + 2000)
    }).toPass({ intervals: [0] })
  })

  test('the newest message is one press away, and new ones are counted meanwhile', async ({ page }) => {
    await arrive(page, '0f01')
    await expect(message(page, 'This one was written in a tunnel.')).toBeVisible()
    await page.keyboard.type('anyone…')
    await page.keyboard.press('Enter')
    await expect(message(page, 'anyone…').first()).toHaveAttribute('data-delivery', 'sent')
    await messages(page).hover()
    await page.mouse.wheel(0, -2000)
    await expect.poll(() => distanceToEnd(page)).toBeGreaterThan(500)
    await page.evaluate(() => dispatchEvent(new Event('preview-answer')))
    const latest = page.getByRole('button', { name: 'Jump to the latest message, 1 new message' })
    await expect(latest).toBeVisible()
    await latest.click()
    await expect(message(page, 'Heard: anyone…')).toBeInViewport()
    await expect.poll(() => distanceToEnd(page)).toBeLessThan(2)
    await expect(page.getByRole('button', { name: /^Jump to the latest/ })).toHaveCount(0)
  })

  test('what is new has a line above it, and is read once it has been seen', async ({ page }) => {
    await arrive(page)
    await expect(rooms(page).getByRole('link', { name: /Design review.*3 unread messages/ })).toBeVisible()
    await rooms(page)
      .getByRole('link', { name: /^Design review/ })
      .click()
    await expect(page.getByRole('separator', { name: 'New' })).toBeVisible()
    await expect(rooms(page).getByRole('link', { name: /unread messages/ })).toHaveCount(1)
  })

  test('a new message is read out, whatever the list draws', async ({ page }) => {
    await arrive(page, '0f02')
    await page.keyboard.type('hello')
    await page.keyboard.press('Enter')
    await expect(page.locator('[aria-live="polite"]')).toHaveText('bob: Heard: hello')
  })

  test('every character arrives: marks can be copied, and formatting can be switched off', async ({
    page,
  }) => {
    await arrive(page, '0f02')
    const written = [
      'plain *and* **bold**, `code` and  two  spaces',
      '<b>not bold</b> &lt; "quoted" \\ \u202Eturned\u202C',
      'https://example.org/?a=b&c=d [named](https://example.org)',
    ]
    for (const text of written) {
      await composer(page).fill(text)
      await page.keyboard.press('Enter')
      await expect(composer(page)).toHaveValue('')
    }
    const last = () => page.locator('article[data-own="true"]')
    const shown = () =>
      last().evaluateAll((own) =>
        own.slice(-3).map((one) => one.querySelector<HTMLElement>('p[dir="auto"]')?.innerText ?? ''),
      )
    await expect.poll(async () => (await shown()).slice(0, 2)).toEqual(written.slice(0, 2))
    await expect(last().last().getByText('(example.org)')).toBeVisible()

    await page.getByRole('button', { name: 'Menu of alice' }).click()
    await page.getByRole('menuitem', { name: 'Settings' }).click()
    await page.getByRole('checkbox', { name: 'Show formatting' }).uncheck()
    await page.keyboard.press('Escape')
    await expect.poll(shown).toEqual(written)
  })
})

test('what is copied reads as one would write it down: name, time and text, once each', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.clock.setFixedTime(new Date('2026-03-04T12:00:00'))
  await arrive(page, '0f02')
  await composer(page).fill('**fine** by me\n\n- or not')
  await page.keyboard.press('Enter')
  await expect(message(page, 'fine').last()).toHaveAttribute('data-delivery', 'sent')

  const copied = async (from: string, to: string) => {
    await page.evaluate(
      ([first, last]) => {
        const find = (words: string): Text => {
          const walker = document.createTreeWalker(
            document.querySelector('main ol') as Node,
            NodeFilter.SHOW_TEXT,
          )
          while (walker.nextNode())
            if ((walker.currentNode as Text).data.includes(words)) return walker.currentNode as Text
          throw new Error(words)
        }
        const [start, end] = [find(first), find(last)]
        getSelection()?.setBaseAndExtent(
          start,
          start.data.indexOf(first),
          end,
          end.data.indexOf(last) + last.length,
        )
      },
      [from, to] as const,
    )
    await page.keyboard.press('Control+c')
    return await page.evaluate(() => navigator.clipboard.readText())
  }
  await messages(page).focus()
  expect(await copied('Or do you', 'grid?')).toBe('Or do you prefer the grid?')
  expect(await copied('prefer', 'grid?')).toBe('prefer the grid?')
  expect(await copied('calmer', 'or not')).toBe(
    [
      'chiara, 11:18 AM\ncalmer. I would go with that.',
      'chiara, 11:19 AM\nOr do you prefer the grid?',
      'emeka.okafor, 11:40 AM\nSecond one. No doubt.',
      'alice, 12:00 PM\n**fine** by me\n\n- or not',
    ].join('\n\n'),
  )
  expect(await copied('Looking', 'The second')).toMatch(
    /^alice, .*\nLooking forward to it\n\nToday\n\nchiara, .*\nThe second$/,
  )
})

test('light and dark are chosen and remembered', async ({ page }) => {
  await arrive(page)
  const theme = () => page.evaluate(() => document.documentElement.dataset['theme'])
  await page.getByRole('button', { name: 'Menu of alice' }).click()
  await page.getByRole('menuitem', { name: 'Settings' }).click()
  await page.getByRole('radio', { name: 'Dark' }).check()
  expect(await theme()).toBe('dark')
  await page.reload()
  expect(await theme()).toBe('dark')
})
