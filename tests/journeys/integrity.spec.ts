import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BrowserContext, expect, type Page, type Route, test } from '@playwright/test'
import { folderFor } from './world/folder.ts'
import { freePort, serve, type Server } from './world/sotto.ts'

let server: Server
test.beforeAll(async () => {
  const place = folderFor('integrity')
  server = await serve({ port: await freePort(), data: join(place, 'data'), log: join(place, 'server.log') })
})
test.afterAll(async () => {
  expect(await server.stop()).toBe(0)
})

/** What a page runs, or is drawn by. */
const isCode = (path: string): boolean => /\.(?:js|css)$/.test(path)

const assets = fileURLToPath(new URL('../../packages/web/dist/assets', import.meta.url))
const built = (): readonly string[] => readdirSync(assets).filter(isCode)

const form = (page: Page) => page.getByLabel('Name', { exact: true })

/** Opens the page and signs somebody up: nothing more is ever loaded. */
const signUp = async (page: Page, name: string): Promise<void> => {
  await page.goto(server.url)
  await form(page).fill(name)
  await page.getByLabel('Password', { exact: true }).fill('a good password of somebody')
  await page.getByRole('button', { name: 'Create account' }).click()
}
const isIn = (page: Page): Promise<void> =>
  expect(page.getByRole('heading', { name: /Welcome, / })).toBeVisible({ timeout: 60_000 })

test('C46 all code that a visit loads has been named with its hash, and workers begin with what was checked', async ({
  context,
}) => {
  const loaded = new Map<string, string>()
  context.on('request', (request) => {
    const { pathname } = new URL(request.url())
    if (isCode(pathname) || /script|stylesheet|worker/.test(request.resourceType()))
      loaded.set(pathname, request.resourceType())
  })
  const refused: string[] = []
  context.on('requestfailed', (request) => {
    if (isCode(new URL(request.url()).pathname)) refused.push(request.url())
  })
  const page = await context.newPage()
  const workers: string[] = []
  page.on('worker', (worker) => workers.push(worker.url()))
  await signUp(page, 'everything')
  await isIn(page)
  const named = await page.evaluate(() =>
    [...document.querySelectorAll('[integrity]')].flatMap(
      (one) => one.getAttribute('src') ?? one.getAttribute('href') ?? [],
    ),
  )
  const paths = built().map((name) => `/assets/${name}`)
  expect(refused).toEqual([])
  expect(named.toSorted()).toEqual(paths.toSorted())
  expect([...loaded.keys()].filter((path) => path.startsWith('/')).toSorted()).toEqual(paths.toSorted())
  const names = workers.map((url) => url.replace(/^blob:http:\/\/localhost:\d+\/[0-9a-f-]+#/, ''))
  expect(new Set(names)).toEqual(new Set(['client-worker', 'opaque-worker']))

  await page.goto(`${server.url}/docs`)
  expect(await page.locator('link[rel=stylesheet]:not([integrity]), script').count()).toBe(0)
  expect(await page.locator('link[rel=stylesheet]').count()).toBe(1)
})

/** Puts something in front of one file that shows if it runs, or is drawn by. */
const alter = async (context: BrowserContext, path: string): Promise<void> => {
  const more = path.endsWith('.css') ? ':root{--altered:1}' : `fetch('/altered');`
  await context.route(`**${path}`, async (route: Route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, body: more + (await answer.text()) })
  })
}

/** What Chromium says when it refuses a file. */
const refusalOf = (page: Page, path: string): Promise<unknown> =>
  page.waitForEvent(
    'console',
    (message) => message.text().includes('digest') && message.text().includes(path),
  )

const isAltered = (page: Page): Promise<boolean> =>
  page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--altered') !== '')

for (const kind of ['early-theme', 'index', 'style', 'client-worker', 'opaque-worker'])
  test(`C46 ${kind}: altered on the way, it is refused`, async ({ context }) => {
    const found = built().filter((name) => name.startsWith(`${kind}-`))
    expect(found).toHaveLength(1)
    const path = `/assets/${found[0]}`
    await alter(context, path)
    let ran = false
    context.on('request', (request) => (ran ||= request.url().endsWith('/altered')))
    const page = await context.newPage()
    const refusal = refusalOf(page, path)
    if (kind === 'opaque-worker') {
      await signUp(page, 'nobody')
      await expect(page.getByText('Part of Sotto did not start')).toBeVisible()
    } else await page.goto(server.url)
    if (kind === 'client-worker') await expect(page.getByText('Part of Sotto did not start')).toBeVisible()
    await refusal
    expect([ran, await isAltered(page)]).toEqual([false, false])
  })

test('C46 no code is in the build that none of these tests alters', () => {
  expect(
    built()
      .map((name) => name.replace(/-[\w-]{8}\.(?:js|css)$/, ''))
      .toSorted(),
  ).toEqual(['client-worker', 'early-theme', 'index', 'opaque-worker', 'style'])
})

test('C46 the style of the documents: altered on the way, it is refused', async ({ context }) => {
  await alter(context, '/docs/style.css')
  const page = await context.newPage()
  const refusal = refusalOf(page, '/docs/style.css')
  await page.goto(`${server.url}/docs`)
  await refusal
  expect(await isAltered(page)).toBe(false)
})
