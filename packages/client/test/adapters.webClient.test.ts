import type { Browser, BrowserContext, Page, Route } from '@playwright/test'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bundle, launchChromium, noBrowser, serveScripts, type Site } from './web/browser.ts'
import { type ServerProcess, startServerProcess } from './web/serverProcess.ts'
import type { Tab } from './web/tabPage.ts'

declare const opened: Promise<Tab>

const password = 'correct horse battery'
let names = 0

/** A worker that begins as ours do, and ends as soon as its page waits behind it. */
const endingWithoutAWord = `navigator.locks.request('mortal', async () => {
  postMessage({ kind: 'alive', lock: 'mortal' })
  while (!(await navigator.locks.query()).pending.some(({ name }) => name === 'mortal'));
  close()
})`

/**
 * Put before the worker of the client: at the n-th thing after `endAfter(n)` that outlasts the worker (a request, a frame to
 * the server, a write to the disk) it asks the page for its end, and works no further until that can have come.
 */
const endable = `{
  let left = Infinity
  globalThis.endAfter = (steps) => (left = steps)
  const end = () => {
    new BroadcastChannel('ending').postMessage(null)
    const untilMs = performance.now() + 100
    while (performance.now() < untilMs);
  }
  const count = (on, name, isStep) => {
    const own = on[name]
    on[name] = function (...args) {
      if (isStep(...args) && --left === 0) end()
      return own.apply(this, args)
    }
  }
  count(globalThis, 'fetch', () => true)
  count(WebSocket.prototype, 'send', () => true)
  count(IDBDatabase.prototype, 'transaction', (names, mode) => mode === 'readwrite')
}
`
/** The page's part: ends its worker without a word to anybody. */
const ending = `{
  const Started = Worker
  globalThis.Worker = class extends Started {
    constructor(url, options) {
      super(url, options)
      if (String(url).includes('client-worker'))
        new BroadcastChannel('ending').addEventListener('message', () => this.terminate())
    }
  }
}`

describe.skipIf(noBrowser)('the web client in Chromium', () => {
  let server: ServerProcess
  let site: Site
  let browser: Browser
  let context: BrowserContext

  beforeAll(async () => {
    server = await startServerProcess()
    site = await serveScripts(await bundle('tabPage.ts'), '/tabPage.js', server.port)
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await site?.close()
    await server?.end()
  })
  beforeEach(async () => {
    context = await browser.newContext()
  })
  afterEach(() => context.close())

  const openTab = async (): Promise<Page> => {
    const page = await context.newPage()
    await page.goto(site.origin)
    await page.evaluate(async () => {
      await opened
    })
    return page
  }
  /** Registers in this tab and makes a room; the room. */
  const signUp = (page: Page): Promise<string> =>
    page.evaluate(
      async ([name, word]) => {
        const { client } = await opened
        await client.register({ name, password: word })
        return (await client.createRoom({ name: 'General' })).room
      },
      [`person${names++}`, password] as const,
    )
  const send = (page: Page, room: string, texts: readonly string[]): Promise<void> =>
    page.evaluate(
      async ([to, all]) => {
        const { client } = await opened
        await Promise.all(all.map((text) => client.send({ room: to, text })))
      },
      [room, texts] as const,
    )
  const sent = (page: Page, room: string, count: number): Promise<readonly string[]> =>
    page.evaluate(async ([of, wanted]) => (await opened).sent(of, wanted), [room, count] as const)
  const hasLed = (page: Page): Promise<boolean> => page.evaluate(async () => (await opened).hasLed())
  const lines = (who: string, count: number) => Array.from({ length: count }, (_, i) => `${who} ${i}`)

  it('makes way when a newer page asks, says that it is out of date, and the next tab leads', async () => {
    const old = await openTab()
    const room = await signUp(old)
    await send(old, room, ['one'])
    await sent(old, room, 1)
    const isOutdated = old.evaluate(async () => {
      const { client } = await opened
      const isNow = (): boolean => {
        const { connection } = client.state()
        return connection.kind === 'refused' && connection.code === 'outdated'
      }
      await new Promise<void>((resolve) => {
        client.subscribe(() => {
          if (isNow()) resolve()
        })
      })
      return true
    })
    // A page without a client, of the same origin.
    const newer = await context.newPage()
    await newer.route(`${site.origin}/newer`, (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>newer</title>' }),
    )
    await newer.goto(`${site.origin}/newer`)
    await newer.evaluate(() => {
      const message = { kind: 'of a later version' }
      new BroadcastChannel('sotto/sotto').postMessage({ sotto: 1_000_000, side: 'asks', message })
    })
    expect(await isOutdated).toBe(true)
    await old.close()
    const next = await openTab()
    expect(await sent(next, room, 1)).toEqual(['one'])
    expect(await hasLed(next)).toBe(true)
  })

  it('keeps account, room and messages across a reload', async () => {
    const page = await openTab()
    const room = await signUp(page)
    await send(page, room, ['one', 'two'])
    await sent(page, room, 2)
    await page.reload()
    const state = await page.evaluate(async () => (await opened).client.state())
    expect(state).toMatchObject({ account: { kind: 'signed_in' }, rooms: [{ id: room, name: 'General' }] })
    expect(await sent(page, room, 2)).toEqual(['one', 'two'])
  })

  it('one tab leads; another uses the same client, and takes over when the first is closed', async () => {
    const first = await openTab()
    const room = await signUp(first)
    const second = await openTab()
    expect(await hasLed(first)).toBe(true)
    expect(await hasLed(second)).toBe(false)

    const all = lines('second', 40)
    const sending = send(second, room, all)
    await first.close()
    await sending
    expect(await sent(second, room, all.length)).toEqual(all)
    expect(await hasLed(second)).toBe(true)
    const third = await openTab()
    expect(await sent(third, room, all.length)).toEqual(all)
  })

  it('two tabs that send at once lose and double nothing, also when the one that leads is reloaded', async () => {
    const first = await openTab()
    const room = await signUp(first)
    const second = await openTab()
    const [fromFirst, fromSecond] = [lines('first', 20), lines('second', 20)]
    await send(first, room, fromFirst)
    const sending = send(second, room, fromSecond)
    await first.reload()
    await sending
    for (const page of [first, second]) {
      const texts = await sent(page, room, 40)
      expect(texts).toHaveLength(40)
      expect(texts.filter((text) => text.startsWith('first'))).toEqual(fromFirst)
      expect(texts.filter((text) => text.startsWith('second'))).toEqual(fromSecond)
    }
  })

  it('says what was wrong with a password', async () => {
    const page = await openTab()
    await signUp(page)
    const code = await page.evaluate(async () => {
      const { client } = await opened
      const { account } = client.state()
      const name = account.kind === 'none' ? '' : account.name
      await client.logout({ forget: false })
      return client.login({ name, password: 'not the right one' }).then(
        () => 'signed in',
        (error: { code: string }) => error.code,
      )
    })
    expect(code).toBe('invalid_credentials')
  })

  /** What may become of the file of a worker: an upgrade takes it away, something in between answers, the line breaks. */
  const fates: Readonly<Record<string, (route: Route) => Promise<void>>> = {
    'is gone': (route) => route.fulfill({ status: 404, contentType: 'application/json', body: '{}' }),
    'is a page': (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }),
    'does not come': (route) => route.abort(),
    'throws at once': (route) =>
      route.fulfill({ contentType: 'text/javascript', body: 'throw new Error(1)' }),
  }
  const register = (page: Page, name: string): Promise<string> =>
    page.evaluate(
      async ([who, word]) =>
        (await opened).client.register({ name: who, password: word }).then(
          () => 'done',
          (error: { code: string }) => error.code,
        ),
      [name, password] as const,
    )

  it.each(Object.keys(fates))('says so where the file of the worker that runs it %s', async (fate) => {
    await context.route('**/client-worker*', (route) => fates[fate]?.(route))
    const page = await context.newPage()
    await page.goto(site.origin)
    const code = await page.evaluate(() =>
      opened.then(
        () => 'opened',
        (error: { code: string }) => error.code,
      ),
    )
    expect(code).toBe('helper_lost')
  })

  it('a tab that cannot take over says so, and does when the file of its worker comes again', async () => {
    const first = await openTab()
    const room = await signUp(first)
    const second = await openTab()
    const portal = (route: Route): Promise<void> =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html>' })
    await context.route('**/client-worker*', portal)
    await first.close()
    await second.waitForFunction(async () => {
      const { connection } = (await opened).client.state()
      return connection.kind === 'refused' && connection.code === 'helper_lost'
    })
    await context.unroute('**/client-worker*', portal)
    await second.waitForFunction(async () => (await opened).client.state().connection.kind === 'online')
    await send(second, room, ['after all'])
    expect(await sent(second, room, 1)).toEqual(['after all'])
  })

  it('says so where the worker for passwords does not start or is ended, and goes on when it is there', async () => {
    const page = await openTab()
    const name = `person${names++}`
    for (const fate of Object.values(fates)) {
      await context.route('**/opaque-worker*', fate)
      expect(await register(page, name)).toBe('helper_lost')
      await context.unroute('**/opaque-worker*', fate)
    }
    // For lack of memory, or by whoever inspects it: without a word, in either step.
    for (const step of [1, 2]) {
      let seen = 0
      const mortal = (route: Route): Promise<void> =>
        ++seen === step
          ? route.fulfill({ contentType: 'text/javascript', body: endingWithoutAWord })
          : route.continue()
      await context.route('**/opaque-worker*', mortal)
      expect(await register(page, name)).toBe('helper_lost')
      expect(seen).toBe(step)
      await context.unroute('**/opaque-worker*', mortal)
    }
    expect(await register(page, name)).toBe('done')
  })

  it('starts again what has ended without a word, and loses nothing', async () => {
    const page = await openTab()
    const endWorker = async (): Promise<void> => {
      const [worker] = page.workers().filter((one) => one.url().includes('client-worker'))
      await worker?.evaluate('close()').catch(() => {})
    }
    const name = `person${names++}`
    const registering = register(page, name)
    await endWorker()
    expect(await registering).toBe('done')
    const room = await page.evaluate(
      async () => (await (await opened).client.createRoom({ name: 'General' })).room,
    )
    const all = lines('kept', 10)
    const sending = send(page, room, all)
    await endWorker()
    await sending
    expect((await sent(page, room, all.length)).toSorted()).toEqual(all.toSorted())
  })

  describe('whose worker ends at a step, without a word', () => {
    const workerOf = (page: Page) => page.workers().findLast((one) => one.url().includes('client-worker'))
    const arrive = async (): Promise<Page> => {
      await context.addInitScript(ending)
      await context.route('**/client-worker*', async (route) => {
        const answer = await route.fetch()
        await route.fulfill({ response: answer, body: `${endable}${await answer.text()}` })
      })
      return openTab()
    }
    const accountOf = (page: Page) =>
      page.evaluate(async () => {
        const { client } = await opened
        return client.state().account
      })
    const isIn = async (page: Page, name: string): Promise<void> => {
      await expect.poll(() => accountOf(page), { timeout: 20_000 }).toMatchObject({ kind: 'signed_in', name })
    }

    /** Acts anew until the act is done before the worker would end; how many steps there were to end it at. */
    const atSteps = async (stride: number, act: (end: (page: Page) => Promise<void>) => Promise<Page>) => {
      for (let step = 1; ; step += stride) {
        let mortal: ReturnType<typeof workerOf>
        const page = await act(async (tab) => {
          mortal = workerOf(tab)
          await mortal?.evaluate(`endAfter(${step})`)
        })
        if (mortal && mortal === workerOf(page)) return step
      }
    }

    // The stories stop a device at every write and word; here it is the border between page and worker that has to hold.
    it('of signing up: the account is there', { timeout: 180_000 }, async () => {
      const steps = await atSteps(4, async (end) => {
        await context.close()
        context = await browser.newContext()
        const page = await arrive()
        const name = `person${names++}`
        await end(page)
        // Where the server has made the account already, the next start completes it while it is asked for once more.
        expect(['done', 'account_exists']).toContain(await register(page, name))
        await isIn(page, name)
        return page
      })
      expect(steps).toBeGreaterThan(12)
    })

    it('of signing in: the same words sign in', { timeout: 180_000 }, async () => {
      const page = await arrive()
      const name = `person${names++}`
      expect(await register(page, name)).toBe('done')
      const steps = await atSteps(3, async (end) => {
        await page.evaluate(async () => (await opened).client.logout({ forget: false }))
        await page.reload()
        await page.evaluate(async () => void (await opened))
        await end(page)
        const code = await page.evaluate(
          async ([who, word]) =>
            (await opened).client.login({ name: who, password: word }).then(
              () => 'done',
              (error: { code: string }) => error.code,
            ),
          [name, password] as const,
        )
        expect(['done', 'account_exists']).toContain(code)
        await isIn(page, name)
        return page
      })
      expect(steps).toBeGreaterThan(3)
    })

    it('of sending: everything is sent once, in its order', { timeout: 180_000 }, async () => {
      const page = await arrive()
      const room = await signUp(page)
      let count = 0
      const steps = await atSteps(5, async (end) => {
        await page.reload()
        await page.evaluate(async () => void (await opened))
        await end(page)
        await send(page, room, [`text ${count++}`])
        expect(await sent(page, room, count)).toEqual(lines('text', count))
        return page
      })
      expect(steps).toBeGreaterThan(5)
    })
  })

  it('begins anew where the browser has taken the storage away', async () => {
    const page = await openTab()
    await signUp(page)
    const inspector = await context.newCDPSession(page)
    await inspector.send('Storage.clearDataForOrigin', { origin: site.origin, storageTypes: 'all' })
    const { account } = await page.evaluate(async () => {
      const { client } = await opened
      return new Promise<ReturnType<typeof client.state>>((resolve) => {
        const look = (): void => {
          if (client.state().account.kind === 'none') resolve(client.state())
        }
        client.subscribe(look)
        look()
      })
    })
    expect(account.kind).toBe('none')
    expect(await register(page, `person${names++}`)).toBe('done')
  })
})
