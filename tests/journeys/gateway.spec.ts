import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, expect, type Page, test } from '@playwright/test'
import { type GatewayProcess, startGateway } from '../open/gateway/gatewayProcess.ts'
import { folderFor } from './world/folder.ts'
import { freePort, serve, type Server } from './world/sotto.ts'

let server: Server
let hers: GatewayProcess
let his: GatewayProcess

test.beforeAll(async () => {
  const place = folderFor('gateway')
  server = await serve({
    port: await freePort(),
    data: join(place, 'data'),
    log: join(place, 'server.log'),
  })
  ;[hers, his] = await Promise.all([
    startGateway(join(place, 'hers'), server.url),
    startGateway(join(place, 'his'), server.url),
  ])
})
test.afterAll(async () => {
  await Promise.all([hers.stop(), his.stop()])
  await server.stop()
})

const complaints: string[] = []

const arrive = async (browser: Browser, address: string, options = {}): Promise<Page> => {
  const page = await (await browser.newContext(options)).newPage()
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|Trusted|Uncaught/i.test(message.text()))
      complaints.push(message.text())
  })
  await page.goto(address)
  return page
}

const nameField = (page: Page) => page.getByRole('textbox', { name: 'Name' })
const composer = (page: Page) => page.getByRole('textbox', { name: 'Message to General' })
const log = (page: Page) => page.getByRole('log', { name: 'Messages in General' })
const people = (page: Page) => page.getByRole('complementary', { name: 'Here now' }).getByRole('listitem')
/** The texts of others, in their order. */
const heard = (page: Page) => page.locator('.message:not(.own) .said')

/** With the keyboard alone. */
const logIn = async (page: Page, name: string): Promise<void> => {
  await expect(nameField(page)).toBeFocused()
  await page.keyboard.type(name)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'General' })).toBeVisible()
  await expect(composer(page)).toBeFocused()
}

const say = async (page: Page, text: string): Promise<void> => {
  await composer(page).fill(text)
  await page.keyboard.press('Enter')
}

const narrow = { width: 320, colorScheme: 'dark' } as const
const wide = { width: 1440, colorScheme: 'light' } as const

/** Axe finds nothing, from the narrowest screen on and in both themes, and nothing is wider than the screen. */
const expectGood = async (
  page: Page,
  screens: readonly (typeof narrow | typeof wide)[] = [narrow, wide],
): Promise<void> => {
  const before = page.viewportSize()
  for (const { width, colorScheme } of screens) {
    await page.setViewportSize({ width, height: 800 })
    await page.emulateMedia({ colorScheme })
    const { violations } = await new AxeBuilder({ page }).analyze()
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target }) => `${id}: ${target.join(' ')}`),
    )
    const widerPx = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect([...found, widerPx], `${width} ${colorScheme}`).toEqual([0])
  }
  if (before) await page.setViewportSize(before)
}

test('two people on two machines talk through the pages of their gateways', async ({ browser }) => {
  test.setTimeout(300_000)
  const alice = await arrive(browser, hers.page)
  await expect(nameField(alice)).toBeVisible()
  expect(alice.url()).toBe(`${hers.url}/`)
  await expectGood(alice)
  await alice.keyboard.press('Enter')
  await expect(alice.getByRole('alert')).toHaveText('Type a name first.')
  await logIn(alice, 'Alice')
  await expect(people(alice)).toHaveText(['Aalice (you)'])

  const bob = await arrive(browser, his.page)
  await logIn(bob, 'bob')
  await expect(log(alice)).toContainText('bob has joined')
  for (const page of [alice, bob]) await expect(people(page)).toHaveCount(2)

  const texts = [
    'alice: hello: bob',
    'https://example.org:8443/a?b=c#d',
    'exit',
    '<img src=x onerror=alert(1)> & "quotes"',
    'עברית مرحبا 日本 👩‍👩‍👧',
  ]
  for (const text of texts) await say(alice, text)
  await expect(heard(bob)).toHaveText(texts)
  await bob.keyboard.type('two')
  await bob.keyboard.press('Shift+Enter')
  await bob.keyboard.type('lines')
  await bob.keyboard.press('Enter')
  await expect(heard(alice)).toHaveText(['two\nlines'], { useInnerText: true })
  // Her own stand there once, as said.
  await expect(alice.locator('.message.own .said')).toHaveText(texts)
  await expect(alice.locator('.waiting')).toHaveCount(0)
  await expectGood(alice)

  // Who reads further up stays there, and is told.
  await alice.setViewportSize({ width: 360, height: 400 })
  await log(alice).evaluate((list) => (list.scrollTop = 0))
  await say(bob, 'news below')
  await alice.getByRole('button', { name: 'New messages' }).click()
  await expect(heard(alice).last()).toBeInViewport()
  await alice.getByRole('button', { name: '2 here' }).click()
  await expect(people(alice)).toContainText(['alice (you)', 'bob'])
  await expectGood(alice, [narrow])
  // What is covered cannot have the focus.
  await expect(alice.locator('#composer')).toHaveAttribute('inert')
  await alice.keyboard.press('Escape')
  await expect(alice.getByRole('button', { name: '2 here' })).toBeFocused()
  await expect(alice.getByRole('complementary')).toBeHidden()
  await alice.setViewportSize({ width: 1280, height: 800 })

  // A page that is loaded anew logs in again; in another tab nobody else is she.
  await alice.reload()
  await expect(composer(alice)).toBeFocused()
  await say(bob, 'after the reload')
  await expect(heard(alice)).toHaveText(['after the reload'])
  const twin = await arrive(browser, hers.page)
  await nameField(twin).fill('alice')
  await nameField(twin).press('Enter')
  await expect(twin.getByRole('alert')).toContainText('alice is logged in here already')
  await nameField(twin).fill('bob')
  await nameField(twin).press('Enter')
  await expect(twin.getByRole('alert')).toContainText('Choose another name')
  await expect(nameField(twin)).toBeFocused()
  await expectGood(twin)

  // What is said while somebody is logged out waits.
  await bob.getByRole('button', { name: 'Log out' }).click()
  await expect(nameField(bob)).toBeFocused()
  await expect(log(alice)).toContainText('bob has left')
  await say(alice, 'while you were away')
  await expect(alice.locator('.waiting')).toHaveCount(0)
  await nameField(bob).press('Enter')
  await expect(heard(bob)).toHaveText(['while you were away'])

  // What cannot be sent stays, with the reason.
  await say(alice, 'x'.repeat(60_000))
  await expect(alice.getByRole('alert').last()).toContainText('Not sent. This message is too long.')
  await expectGood(alice)
  await alice.getByRole('button', { name: 'Edit' }).click()
  await expect(composer(alice)).toBeFocused()
  await expect(composer(alice)).toHaveValue('x'.repeat(60_000))
  await composer(alice).fill('')
  await expect(alice.locator('.failed')).toHaveCount(0)
  expect(complaints).toEqual([])
})

test('without the token the page asks for it; a gateway that has ended is told', async ({ browser }) => {
  const place = folderFor('gateway-again')
  const gateway = await startGateway(place, server.url)
  const page = await arrive(browser, gateway.url)
  const field = page.getByLabel('Token')
  await expect(field).toBeFocused()
  await expectGood(page)
  await field.fill('wrong')
  await field.press('Enter')
  await expect(page.getByRole('alert')).toContainText('This is not the gateway’s current token')
  await field.fill(gateway.token)
  await field.press('Enter')
  await logIn(page, 'carol')
  await expect(people(page)).toContainText(['carol (you)'])
  expect(await gateway.stop()).toBe(0)
  await expect(page.getByRole('status')).toContainText('The gateway has stopped')
  await expectGood(page)
  await say(page, 'into the void')
  await expect(page.getByRole('alert')).toContainText('Not sent. The gateway does not answer.')
  await expect(page.getByRole('button', { name: 'Send again' })).toBeVisible()
  expect(complaints).toEqual([])
})

test('a page of elsewhere reaches nothing', async ({ browser }) => {
  const page = await arrive(browser, server.url)
  const reached = await page.evaluate(
    async ([url, token]) => {
      const answers = ['/socket.io/?EIO=4&transport=polling', '/'].map((path) =>
        fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } }).then(
          () => 'read',
          () => 'refused',
        ),
      )
      const socket = new WebSocket(`${url?.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`)
      const opened = new Promise((resolve) => {
        socket.onopen = () => resolve('opened')
        socket.onerror = () => resolve('refused')
      })
      return Promise.all([...answers, opened])
    },
    [hers.url, hers.token],
  )
  expect(reached).toEqual(['refused', 'refused', 'refused'])
})
