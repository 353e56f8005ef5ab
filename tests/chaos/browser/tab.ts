import type { BrowserContext, CDPSession, Locator, Page } from '@playwright/test'

/** Machines that run a whole world at once are slow. */
const withinMs = 60_000

/** One message as it stands on the screen. */
export interface Row {
  readonly text: string
  readonly delivery: string
}

/** A tab of somebody's browser, used by what a screen reader would read out. */
export interface Tab {
  readonly page: Page
  signUp(name: string, password: string): Promise<void>
  createGeneral(): Promise<void>
  invite(name: string): Promise<void>
  /** Waits until one can write in the room. */
  enters(room: string): Promise<void>
  /** Types and presses Enter, and waits for nothing. */
  press(room: string, text: string): Promise<void>
  /** The same, until the message stands in the conversation: then the device has it. */
  say(room: string, text: string): Promise<void>
  /** The message that reads so. */
  message(text: string): Locator
  /** Waits until a text stands somewhere on the screen. */
  sees(text: string | RegExp): Promise<void>
  /** Everything that the conversation shows, from its beginning. */
  read(room: string): Promise<readonly Row[]>
  /** What is left in the field that one writes in. */
  draft(room: string): Promise<string>
  /** Speaks to the browser behind the page. */
  devTools(): Promise<CDPSession>
  /** The process of the page dies, with the worker in it. */
  crash(): Promise<void>
  /** What the page complained about on its own. */
  readonly complaints: readonly string[]
}

export const openTab = async (context: BrowserContext, url: string): Promise<Tab> => {
  context.setDefaultTimeout(withinMs)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(url)
  const composer = (room: string): Locator => page.getByRole('textbox', { name: `Message to ${room}` })
  const message = (text: string): Locator =>
    page.locator('article[data-message]').filter({ has: page.getByText(text, { exact: true }) })
  const tab: Tab = {
    page,
    complaints,
    signUp: async (name, password) => {
      await page.getByLabel('Name', { exact: true }).fill(name)
      await page.getByLabel('Password', { exact: true }).fill(password)
      await page.getByRole('button', { name: 'Create account' }).click()
      await page.getByRole('heading', { name: /Welcome, / }).waitFor()
    },
    createGeneral: async () => {
      await page.getByRole('button', { name: /Create “General”/ }).click()
      await composer('General').waitFor()
    },
    invite: async (name) => {
      await page.getByRole('button', { name: 'Invite', exact: true }).first().click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('Names').fill(name)
      await dialog.getByRole('button', { name: 'Invite', exact: true }).click()
      await dialog.getByText(`${name} is invited.`).waitFor()
      await page.keyboard.press('Escape')
      await dialog.waitFor({ state: 'hidden' })
    },
    message,
    enters: (room) => composer(room).waitFor(),
    press: async (room, text) => {
      await composer(room).fill(text)
      await composer(room).press('Enter')
    },
    say: async (room, text) => {
      await tab.press(room, text)
      await message(text).last().waitFor()
    },
    sees: (text) => page.getByText(text).first().waitFor(),
    draft: (room) => composer(room).inputValue(),
    read: async (room) => {
      // Frames, by which the reading goes, do not come to a tab behind another.
      await page.bringToFront()
      const region = page.getByRole('region', { name: `Messages in ${room}` })
      await region.waitFor()
      return region.evaluate(readUpwards)
    },
    devTools: () => context.newCDPSession(page),
    crash: async () => {
      const session = await tab.devTools()
      const crashed = page.waitForEvent('crash')
      // Nobody is left to answer.
      session.send('Page.crash').catch(() => {})
      await crashed
      await page.close()
    },
  }
  return tab
}

/** Runs in the page: scrolls from the newest message to the first, as a reader would, and keeps what it passes. */
const readUpwards = async (element: Element): Promise<Row[]> => {
  const frame = (): Promise<void> =>
    new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))
  const rows = new Map<string, Row>()
  const order: string[] = []
  element.scrollTo({ top: element.scrollHeight })
  // So many frames without anything new, at the top, are the beginning of the conversation.
  const stillMax = 30
  for (let still = 0; still < stillMax;) {
    await frame()
    const now = [...element.querySelectorAll<HTMLElement>('article[data-message]')].map((article) => ({
      id: article.dataset['message'] ?? '',
      text: [...article.querySelectorAll<HTMLElement>('p[dir="auto"], pre, blockquote')]
        .map((block) => block.innerText)
        .join('\n'),
      delivery: article.dataset['delivery'] ?? '',
    }))
    const fresh = now.filter(({ id }) => !rows.has(id)).map(({ id }) => id)
    order.unshift(...fresh)
    for (const { id, text, delivery } of now) rows.set(id, { text, delivery })
    still = fresh.length === 0 && element.scrollTop <= 0 ? still + 1 : 0
    element.scrollTop = Math.max(0, element.scrollTop - element.clientHeight / 2)
  }
  element.scrollTo({ top: element.scrollHeight })
  return order.flatMap((id) => rows.get(id) ?? [])
}
