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

/** Opens the page and signs somebody up: what is loaded on demand comes then, while there is nothing else to do. */
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
  const named = await page.evaluate(() => {
    const map = document.querySelector('script[type=importmap]')?.textContent ?? '{}'
    const { integrity } = JSON.parse(map) as { integrity: Record<string, string> }
    const byTags = [...document.querySelectorAll('[integrity]')].flatMap(
      (one) => one.getAttribute('src') ?? one.getAttribute('href') ?? [],
    )
    return [...new Set([...byTags, ...Object.keys(integrity)])]
  })
  const paths = built().map((name) => `/assets/${name}`)
  expect(named.toSorted()).toEqual(paths.toSorted())
  await expect
    .poll(() => [...loaded.keys()].filter((path) => path.startsWith('/')).toSorted())
    .toEqual(paths.toSorted())
  expect(refused).toEqual([])
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

/** What the first script imports later: the rooms, and then each dialog and panel. */
const parts = (): readonly string[] =>
  built().filter((name) => !/^(?:client-worker|early-theme|index|opaque-worker|style)-/.test(name))
const isInside = (name: string): boolean => name.startsWith('inside-')

/** Alters parts of the page, and tells which of them run, and which are refused. */
const alterParts = async (context: BrowserContext, page: Page, names: readonly string[]) => {
  const refused = new Set<string>()
  let ran = false
  context.on('request', (request) => (ran ||= request.url().endsWith('/altered')))
  page.on('console', (message) => {
    for (const name of names)
      if (message.text().includes('digest') && message.text().includes(name)) refused.add(name)
  })
  for (const name of names) await alter(context, `/assets/${name}`)
  return { refused: () => [...refused].toSorted(), ran: () => ran }
}

/** A browser that does not say that it checks what it imports: the page has it checked, all of it before the first part. */
const unchecking = async (context: BrowserContext): Promise<void> => {
  await context.addInitScript('delete Error.isError')
}

test('C46 the rooms: altered on the way, they are refused, with words', async ({ context }) => {
  const page = await context.newPage()
  const { refused, ran } = await alterParts(context, page, parts().filter(isInside))
  await signUp(page, 'roomless')
  await expect(page.getByText('Part of Sotto did not start')).toBeVisible({ timeout: 60_000 })
  expect([refused(), ran()]).toEqual([parts().filter(isInside), false])
})

const isShared = (name: string): boolean => name.startsWith('shared-')
const isDialog = (name: string): boolean => !isInside(name) && !isShared(name)

for (const [what, is] of [
  ['each dialog and panel', isDialog],
  ['what dialogs share', isShared],
] as const)
  test(`C46 ${what}: altered on the way, it is refused, and the rooms are there`, async ({ context }) => {
    const page = await context.newPage()
    const { refused, ran } = await alterParts(context, page, parts().filter(is))
    await signUp(page, is(`shared-`) ? 'shareless' : 'dialogless')
    await isIn(page)
    await expect.poll(refused).toEqual(parts().filter(is).toSorted())
    expect(ran()).toBe(false)
  })

test('C46 in a browser that does not check what it imports, the page does, and one altered part keeps all away', async ({
  context,
}) => {
  await unchecking(context)
  const page = await context.newPage()
  await signUp(page, 'checking')
  await isIn(page)
  const checked = await page.evaluate(() =>
    [...document.querySelectorAll('link[rel=modulepreload][integrity]')].map((one) =>
      one.getAttribute('href'),
    ),
  )
  for (const name of parts()) expect(checked).toContain(`/assets/${name}`)

  const next = await context.browser()?.newContext()
  if (next === undefined) throw new Error('there is no browser')
  await unchecking(next)
  const other = await next.newPage()
  const [dialog = ''] = parts().filter(isDialog)
  const { ran } = await alterParts(next, other, [dialog])
  await signUp(other, 'unchecked')
  await expect(other.getByText('Part of Sotto did not start')).toBeVisible({ timeout: 60_000 })
  expect(ran()).toBe(false)
  await next.close()
})

test('C46 no code is in the build that none of these tests alters', () => {
  expect(built().length).toBe(parts().length + 5)
  expect([parts().filter(isInside).length, parts().filter(isShared).length]).toEqual([1, 1])
  expect(parts().filter(isDialog).length).toBeGreaterThan(10)
})

test('C46 the style of the documents: altered on the way, it is refused', async ({ context }) => {
  await alter(context, '/docs/style.css')
  const page = await context.newPage()
  const refusal = refusalOf(page, '/docs/style.css')
  await page.goto(`${server.url}/docs`)
  await refusal
  expect(await isAltered(page)).toBe(false)
})
