import { type Browser, type BrowserContext, expect, type Page } from '@playwright/test'

/** One message as it stands on the screen. */
export interface Seen {
  readonly id: string
  readonly text: string
  readonly delivery: string
}

/** Somebody at a browser of their own, doing what the screen offers under the names that a screen reader reads out. */
export class Person {
  readonly name: string
  readonly context: BrowserContext
  readonly page: Page
  /** What the page complained about: errors, refused policies. Journeys end with none of it. */
  readonly complaints: string[] = []

  private constructor(name: string, context: BrowserContext, page: Page) {
    this.name = name
    this.context = context
    this.page = page
    page.on('pageerror', (error) => this.complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error' && /Content Security Policy|Trusted|Uncaught/i.test(message.text()))
        this.complaints.push(message.text())
    })
  }

  static async arrive(browser: Browser, name: string, url: string, options = {}): Promise<Person> {
    const context = await browser.newContext(options)
    const page = await context.newPage()
    const person = new Person(name, context, page)
    await page.goto(url)
    return person
  }

  /** A further tab of the same browser profile. */
  async secondTab(url: string): Promise<Person> {
    const page = await this.context.newPage()
    const tab = new Person(this.name, this.context, page)
    await page.goto(url)
    return tab
  }

  async signUp(password: string): Promise<void> {
    await this.page.getByLabel('Name', { exact: true }).fill(this.name)
    await this.page.getByLabel('Password', { exact: true }).fill(password)
    await this.page.getByRole('button', { name: 'Create account' }).click()
    await expect(this.page.getByRole('heading', { name: /Welcome, / })).toBeVisible({
      timeout: 60_000,
    })
  }

  async createGeneral(): Promise<void> {
    await this.page.getByRole('button', { name: /Create “General”/ }).click()
    await this.enters('General')
  }

  async enters(room: string): Promise<void> {
    await expect(this.composer(room)).toBeVisible()
  }

  composer(room: string) {
    return this.page.getByRole('textbox', { name: `Message to ${room}` })
  }

  async open(room: string): Promise<void> {
    await this.page.getByRole('link', { name: new RegExp(room) }).click()
    await this.enters(room)
  }

  async invite(name: string): Promise<void> {
    await this.page
      .getByRole('banner')
      .or(this.page.getByRole('main'))
      .getByRole('button', { name: 'Invite', exact: true })
      .first()
      .click()
    const dialog = this.page.getByRole('dialog')
    await dialog.getByLabel('Names').fill(name)
    await dialog.getByRole('button', { name: 'Invite', exact: true }).click()
    await expect(dialog.getByText(`${name} is invited.`)).toBeVisible()
    await this.page.keyboard.press('Escape')
    await expect(dialog).toBeHidden()
  }

  async accept(room: string): Promise<void> {
    await this.page.getByRole('link', { name: /Invitation/ }).click()
    await this.page.getByRole('button', { name: 'Accept' }).click()
    await this.enters(room)
  }

  async say(room: string, text: string): Promise<void> {
    await this.composer(room).fill(text)
    await this.composer(room).press('Enter')
    await expect(this.composer(room)).toHaveValue('')
  }

  /** Waits until the newest message on the screen reads so. */
  async hears(text: string): Promise<void> {
    await expect(this.page.locator('article[data-message]').filter({ hasText: text }).last()).toBeVisible()
  }

  async allSent(): Promise<void> {
    await expect(this.page.locator('article[data-message][data-delivery="sending"]')).toHaveCount(0, {
      timeout: 120_000,
    })
  }

  /** Reads the whole conversation, from the newest message up to its beginning, as a person scrolling would. */
  async readAll(room: string): Promise<readonly Seen[]> {
    const region = this.page.getByRole('region', { name: `Messages in ${room}` })
    await expect(region).toBeVisible()
    await region.evaluate((element) => element.scrollTo({ top: element.scrollHeight }))
    return await region.evaluate(async (element) => {
      interface Row {
        readonly id: string
        readonly text: string
        readonly delivery: string
      }
      const frame = () =>
        new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))
      const visible = (): Row[] =>
        [...element.querySelectorAll<HTMLElement>('article[data-message]')].map((article) => {
          const unfold = article.querySelector<HTMLButtonElement>('button[aria-expanded="false"]')
          unfold?.click()
          // What was said is text in one or more blocks; a button to unfold it is not part of it.
          const said = [...article.querySelectorAll<HTMLElement>('p[dir="auto"], pre, blockquote')]
          const text = said.length > 0 ? said.map((block) => block.innerText).join('\n') : ''
          return {
            id: article.dataset['message'] ?? '',
            text,
            delivery: article.dataset['delivery'] ?? '',
          }
        })
      const order: string[] = []
      const rows = new Map<string, Row>()
      let still = 0
      while (still < 30) {
        await frame()
        const now = visible()
        const fresh = now.filter((row) => !rows.has(row.id))
        // The list is read upwards: what is new on the screen stands before everything known.
        const before = fresh.map((row) => row.id)
        order.unshift(...before)
        for (const row of now) rows.set(row.id, row)
        still = fresh.length === 0 && element.scrollTop <= 0 ? still + 1 : 0
        element.scrollTop = Math.max(0, element.scrollTop - element.clientHeight / 2)
      }
      element.scrollTo({ top: element.scrollHeight })
      return order.map((id) => rows.get(id) as Row)
    })
  }

  async close(): Promise<void> {
    await this.context.close()
  }
}
