import { join } from 'node:path'
import { type BrowserContext, expect, type Page, type Route, test } from '@playwright/test'
import { folderFor } from './world/folder.ts'
import { Person } from './world/person.ts'
import { freePort, serve, type Server } from './world/sotto.ts'

let server: Server

test.beforeAll(async () => {
  const place = folderFor('workers')
  server = await serve({ port: await freePort(), data: join(place, 'data'), log: join(place, 'server.log') })
})
test.afterAll(async () => {
  expect(await server.stop()).toBe(0)
})

const gone = (route: Route): Promise<void> => route.fulfill({ status: 404, body: '{}' })
const aPage = (route: Route): Promise<void> =>
  route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Log in to the network</title>' })

const arrive = async (context: BrowserContext): Promise<Page> => {
  const page = await context.newPage()
  await page.goto(server.url)
  return page
}
const fillIn = async (page: Page, name: string): Promise<void> => {
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByLabel('Password', { exact: true }).fill('a good password of somebody')
}
const submit = (page: Page): Promise<void> => page.getByRole('button', { name: 'Create account' }).click()
const isIn = (page: Page): Promise<void> =>
  expect(page.getByRole('heading', { name: /Welcome, / })).toBeVisible({ timeout: 60_000 })

/** Lets a script run in every worker of a page, before what the page has checked: on the way it could not be put there. */
const inWorkers = (script: string): void => {
  const Whole = Blob
  globalThis.Blob = class extends Whole {
    constructor(parts: BlobPart[] = [], options: BlobPropertyBag = {}) {
      super(options.type === 'text/javascript' ? [`${script};`, ...parts] : parts, options)
    }
  }
}

test.describe('what a browser must have', () => {
  const lacks: readonly (readonly [what: string, script: string, words: RegExp])[] = [
    ['no WebAssembly', 'delete globalThis.WebAssembly', /WebAssembly is missing or switched off/],
    [
      'no Web Crypto',
      `Object.defineProperty(crypto, 'subtle', { value: undefined })`,
      /Encryption for web pages/,
    ],
    ['no locks', `Object.defineProperty(navigator, 'locks', { value: undefined })`, /Locks between tabs/],
    ['no BroadcastChannel', 'delete globalThis.BroadcastChannel', /Messages between tabs/],
    [
      'no IndexedDB',
      `Object.defineProperty(globalThis, 'indexedDB', { value: undefined })`,
      /Storage for web pages/,
    ],
    ['no workers', 'delete globalThis.Worker', /Workers, in which Sotto runs/],
  ]
  for (const [what, script, words] of lacks)
    test(`is said before there is a form: ${what}`, async ({ context }) => {
      await context.addInitScript(script)
      const page = await arrive(context)
      await expect(page.getByRole('heading', { name: 'Sotto cannot run in this browser' })).toBeVisible()
      await expect(page.getByText(words)).toBeVisible()
      await expect(page.getByLabel('Name', { exact: true })).toHaveCount(0)
    })

  const storages: readonly (readonly [what: string, script: string, words: RegExp])[] = [
    [
      'storage is denied',
      `IDBFactory.prototype.open = () => { throw new DOMException('denied', 'SecurityError') }`,
      /does not let this page store anything/,
    ],
    [
      'storage is full',
      `IDBObjectStore.prototype.put = function () { throw new DOMException('full', 'QuotaExceededError') }`,
      /no space left on this device/,
    ],
  ]
  for (const [what, script, words] of storages)
    test(`${what}: said before there is a form`, async ({ context }) => {
      await context.addInitScript(inWorkers, script)
      const page = await arrive(context)
      await expect(page.getByText(words)).toBeVisible()
      await expect(page.getByLabel('Name', { exact: true })).toHaveCount(0)
    })

  test('the mark is there before the script, and words where there is none', async ({ browser, context }) => {
    let go: () => void = () => {}
    const held = new Promise<void>((resolve) => (go = resolve))
    await context.route('**/assets/index-*.js', async (route) => {
      await held
      await route.continue()
    })
    const page = await context.newPage()
    await page.goto(server.url, { waitUntil: 'commit' })
    await expect(page.locator('.splash svg')).toBeVisible()
    await expect(page.getByText('Sotto takes long to load.')).toBeHidden()
    go()
    await expect(page.getByLabel('Name', { exact: true })).toBeVisible()
    const plain = await browser.newContext({ javaScriptEnabled: false })
    const still = await arrive(plain)
    await expect(still.locator('noscript p')).toBeVisible()
    await plain.close()
  })
})

test.describe('a worker that does not start', () => {
  for (const [what, fate] of [
    ['its file is gone', gone],
    ['something in between answers for it', aPage],
  ] as const) {
    test(`for the client, ${what}: words, and a way on`, async ({ context }) => {
      await context.route('**/client-worker*', fate)
      const page = await arrive(context)
      await expect(page.getByText('Part of Sotto did not start')).toBeVisible()
      await context.unroute('**/client-worker*')
      await page.getByRole('button', { name: 'Reload the page' }).click()
      await expect(page.getByLabel('Name', { exact: true })).toBeVisible()
    })

    test(`for passwords, ${what}: words beside the form, and a way on`, async ({ context }) => {
      const page = await arrive(context)
      await fillIn(page, `someone${test.info().workerIndex}${what.length}`)
      await context.route('**/opaque-worker*', fate)
      await submit(page)
      await expect(page.getByText('Part of Sotto did not start')).toBeVisible()
      await context.unroute('**/opaque-worker*')
      await submit(page)
      await isIn(page)
    })
  }

  for (const [what, fate] of [
    ['it is gone', gone],
    ['something in between answers for it', aPage],
  ] as const) {
    test(`what is behind the form, ${what}: words, and a way on`, async ({ context }) => {
      await context.route('**/assets/inside-*', fate)
      const page = await arrive(context)
      await fillIn(page, `behind${test.info().workerIndex}${what.length}`)
      await submit(page)
      await expect(page.getByText('Part of Sotto did not start')).toBeVisible({ timeout: 60_000 })
      await context.unroute('**/assets/inside-*')
      await page.getByRole('button', { name: 'Reload the page' }).click()
      await isIn(page)
    })

    test(`a dialog, ${what}: words in its place, and a way on`, async ({ context }) => {
      await context.route('**/assets/SettingsDialog-*', fate)
      const page = await arrive(context)
      await fillIn(page, `dialog${test.info().workerIndex}${what.length}`)
      await submit(page)
      await isIn(page)
      const failed = page.getByRole('dialog', { name: 'This could not be opened' })
      await page.goto(`${server.url}/#/settings`)
      await expect(failed.getByText('Part of Sotto did not start')).toBeVisible()
      await failed.getByRole('button', { name: 'Close' }).click()
      await expect(failed).toHaveCount(0)
      const again = page.waitForResponse('**/assets/SettingsDialog-*')
      await page.goto(`${server.url}/#/settings`)
      await again
      await context.unroute('**/assets/SettingsDialog-*')
      await failed.getByRole('button', { name: 'Reload the page' }).click()
      await expect(page.getByRole('dialog', { name: 'Settings' })).toBeVisible()
    })
  }

  test('what has come is there without a connection: each dialog', async ({ context }) => {
    const page = await arrive(context)
    const here = page.waitForResponse('**/assets/ReactionPicker-*')
    const last = page.waitForResponse('**/assets/TokensDialog-*')
    await fillIn(page, `offline${test.info().workerIndex}`)
    await submit(page)
    await isIn(page)
    await Promise.all([here, last].map(async (answer) => (await answer).finished()))
    await context.setOffline(true)
    await page.goto(`${server.url}/#/settings`)
    await expect(page.getByRole('dialog', { name: 'Settings' })).toBeVisible()
    await context.setOffline(false)
  })

  test('a page that was replaced loads the new one by itself once, and says so where something was typed', async ({
    context,
  }) => {
    // The server of the next version: its page names another script, and what the page before named is gone.
    const upgrade = async (): Promise<void> => {
      await context.route(/\/$/, async (route) => {
        const answer = await route.fetch()
        const body = (await answer.text()).replace(/\/assets\/index-[\w-]+\.js/, '/assets/index-next.js')
        await (route.request().resourceType() === 'fetch'
          ? route.fulfill({ response: answer, body })
          : route.continue())
      })
      await context.route('**/*-worker*', gone)
      await context.route('**/assets/inside-*', gone)
    }
    const page = await arrive(context)
    await fillIn(page, 'upgraded')
    await upgrade()
    await submit(page)
    await expect(page.getByText('The server has a newer version of Sotto than this page.')).toBeVisible()
    await expect(page.getByLabel('Name', { exact: true })).toHaveValue('upgraded')

    // A cache hands out the page before for ever: it is loaded anew once, and then there are words.
    let loads = 0
    page.on('load', () => (loads += 1))
    await page.getByRole('button', { name: 'Reload the page' }).click()
    await expect(page.getByText('The server has a newer version of Sotto than this page.')).toBeVisible()
    expect(loads).toBe(2)
    await context.unrouteAll()
    await page.getByRole('button', { name: 'Reload the page' }).click()
    await expect(page.getByLabel('Name', { exact: true })).toBeVisible()
  })
})

test('the worker that runs the client is ended at each step: signing up, sending, signing in', async ({
  browser,
}) => {
  const alice = await Person.arrive(browser, 'alice', server.url)
  const { page } = alice
  /** As for lack of memory: without a word. */
  const end = async (): Promise<void> => {
    for (const worker of page.workers())
      if (worker.url().includes('client-worker')) await worker.evaluate('close()').catch(() => {})
  }
  await fillIn(page, 'alice')
  await end()
  await submit(page)
  await isIn(page)
  await expect(page.getByRole('group', { name: 'Connection' })).toHaveText('Connected')
  await alice.createGeneral()
  for (let i = 0; i < 3; i++) {
    await alice.say('General', `number ${i}`)
    if (i === 1) await end()
  }
  // The next worker has to begin before it is shown at all.
  await alice.hears('number 2')
  await alice.allSent()
  expect((await alice.readAll('General')).map(({ text }) => text)).toEqual([
    'number 0',
    'number 1',
    'number 2',
  ])
  await page.getByRole('button', { name: 'Menu of alice' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Sign out' }).click()
  await page.getByLabel('Password', { exact: true }).fill('a good password of somebody')
  const signingIn = page.getByRole('button', { name: 'Sign in' }).click()
  await end()
  await signingIn
  await alice.enters('General')
  await alice.close()
})

test.describe('an account that goes from the browser', () => {
  const deleted = (page: Page) => page.getByText('This site’s data was deleted from this browser')
  const form = (page: Page) => page.getByRole('heading', { name: 'Create your account' })
  const signUp = async (context: BrowserContext, name: string): Promise<Page> => {
    const page = await arrive(context)
    await fillIn(page, name)
    await submit(page)
    await isIn(page)
    return page
  }

  test('with the data of its site: the open page says so, and what helps', async ({ context }) => {
    const page = await signUp(context, `cleared${test.info().workerIndex}`)
    const inspector = await context.newCDPSession(page)
    await inspector.send('Storage.clearDataForOrigin', { origin: server.url, storageTypes: 'indexeddb' })
    await expect(form(page)).toBeVisible()
    await expect(deleted(page)).toBeVisible()
    await fillIn(page, `after${test.info().workerIndex}`)
    await submit(page)
    await isIn(page)
    await expect(deleted(page)).toHaveCount(0)
  })

  test('because this page was asked to forget it: nothing is said', async ({ context }) => {
    const page = await signUp(context, `forgotten${test.info().workerIndex}`)
    await page.getByRole('button', { name: /^Menu of/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByText('Forget this device').click()
    await page.getByRole('button', { name: 'Sign out and erase' }).click()
    await expect(form(page)).toBeVisible()
    await expect(deleted(page)).toHaveCount(0)
  })
})
