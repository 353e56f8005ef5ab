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

  await page.locator('#ended-title button').click()
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
  await page.getByRole('button', { name: 'Actions for bob' }).click()
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

test.describe('elements that somebody else takes away break one part of the page, which is drawn anew', () => {
  const takeAway = (page: Page, selector: string) =>
    page.evaluate((what) => {
      const elsewhere = document.createElement('div')
      elsewhere.hidden = true
      document.body.append(elsewhere)
      for (const element of document.querySelectorAll(what)) elsewhere.append(element)
    }, selector)
  const goesOn = (page: Page) => expect(page.getByText('Something broke on this page')).toHaveCount(0)

  test('the field, with what is being written in it', async ({ page }) => {
    await arrive(page, '0f02')
    await composer(page).pressSequentially('/')
    await takeAway(page, '[role="listbox"]')
    await composer(page).pressSequentially('nowhere and half a sentence')
    await goesOn(page)
    await expect(composer(page)).toHaveValue('/nowhere and half a sentence')
    await composer(page).fill('sent from the new one')
    await composer(page).press('Enter')
    await expect(message(page, 'Heard: sent from the new one')).toBeVisible()
    await expect(composer(page)).toHaveValue('')
  })

  test('the messages, with the place at which they are read', async ({ page }) => {
    await arrive(page, '0f01')
    const list = page.getByRole('region', { name: /^Messages in/ })
    await list.hover()
    for (let turn = 0; turn < 8; turn += 1) {
      const before = await list.evaluate((element) => element.scrollTop)
      await page.mouse.wheel(0, -600)
      await expect
        .poll(() => list.evaluate((element) => element.scrollTop), { intervals: [20] })
        .not.toBe(before)
    }
    const seen = await list.evaluate((element) => {
      const top = element.getBoundingClientRect().top + 100
      const first = [...element.querySelectorAll<HTMLElement>('article')].find(
        (one) => one.getBoundingClientRect().top > top,
      )
      return { id: first?.dataset['message'] ?? '', y: first?.getBoundingClientRect().top ?? 0 }
    })
    await page.evaluate(() => {
      for (const row of document.querySelectorAll('main ol > li')) {
        const wrap = document.createElement('div')
        row.replaceWith(wrap)
        wrap.append(row)
      }
    })
    // In a lower view there are fewer rows: those below are not where they were put.
    await page.setViewportSize({ width: 1280, height: 420 })
    await expect(page.locator('main ol > div')).toHaveCount(0)
    await goesOn(page)
    await expect.poll(() => page.locator('main ol > li').count()).toBeGreaterThan(5)
    await expect(page.locator(`article[data-message="${seen.id}"]`)).toBeInViewport()
  })

  test('the list of rooms; what breaks for ever says so, and is shown again when it is asked for', async ({
    page,
  }) => {
    await arrive(page, '0f02')
    await takeAway(page, 'nav [data-room="0f03"]')
    await page.getByRole('textbox', { name: 'Find a room' }).fill('design')
    await page.getByRole('textbox', { name: 'Find a room' }).fill('')
    await goesOn(page)
    await expect(rooms(page).getByRole('link')).toHaveCount(11)

    for (let turn = 0; turn < 5; turn += 1) {
      await composer(page).fill('/')
      await expect(page.getByRole('listbox')).toBeVisible()
      if (turn === 4) await composer(page).fill('/ kept')
      await takeAway(page, turn === 4 ? 'textarea' : '[role="listbox"]')
    }
    const notice = page.getByText(/This part of the page cannot be shown/)
    await expect(notice).toBeVisible()
    await goesOn(page)
    await expect(message(page, 'Second one. No doubt.')).toBeVisible()
    await page.getByRole('button', { name: 'Show it again' }).click()
    await expect(composer(page)).toHaveValue('/ kept')
  })

  test('what was said last to a screen reader, and the place where it is said', async ({ page }) => {
    await arrive(page, '0f02')
    await say(page, 'first')
    await expect(page.locator('[aria-live] > span', { hasText: 'Heard: first' })).toBeAttached()
    await page.evaluate(() => document.querySelector('[aria-live] > span')?.remove())
    await say(page, 'second')
    await expect(page.locator('[aria-live] > span', { hasText: 'Heard: second' })).toBeAttached()
    await page.evaluate(() => document.querySelector('[aria-live]')?.remove())
    await say(page, 'third')
    await expect(page.locator('[aria-live] > span', { hasText: 'Heard: third' })).toBeAttached()
    await goesOn(page)
  })

  test('the field, or anything that it stands in, comes back with what was written', async ({ page }) => {
    await arrive(page, '0f02')
    const depth = await composer(page).evaluate((field) => {
      let count = 0
      for (let at: Element | null = field; at !== null && at.id !== 'root'; at = at.parentElement) count += 1
      return count
    })
    expect(depth).toBeGreaterThan(8)
    for (let up = 0; up < depth; up += 1) {
      // More often than is bounded: each is a page of its own.
      await page.reload()
      await composer(page).fill(`half a sentence, ${up}`)
      await composer(page).evaluate((field, steps) => {
        let element: Element = field
        for (let step = 0; step < steps; step += 1) element = element.parentElement ?? element
        element.remove()
      }, up)
      await expect(composer(page), `${up} above the field`).toHaveValue(`half a sentence, ${up}`)
      await expect(rooms(page).getByRole('link')).toHaveCount(11)
      await say(page, `said ${up}`)
      await expect(message(page, `Heard: said ${up}`)).toBeVisible()
      await goesOn(page)
    }
  })

  test('every landmark that the page has comes back', async ({ page }) => {
    await arrive(page, '0f02')
    for (const landmark of ['h1', 'main', 'header', 'nav', 'main ol', 'form', '#root > *']) {
      await page.reload()
      await expect(composer(page)).toBeVisible()
      await page.evaluate((what) => document.querySelector(what)?.remove(), landmark)
      await expect(page.locator(landmark).first(), landmark).toBeAttached()
      await say(page, `without ${landmark}`)
      await expect(message(page, `Heard: without ${landmark}`)).toBeVisible()
      await goesOn(page)
    }
  })
})
