import type { Browser } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundle, launchChromium, noBrowser, serveScripts, type Site } from './web/browser.ts'
import type { Spoken } from './web/sdkPage.ts'
import { type ServerProcess, startServerProcess } from './web/serverProcess.ts'

type Converse = (
  name: string,
  room: string | null,
  guest: string | null,
  words: readonly string[],
) => Promise<Spoken>
declare const inPage: Converse
declare const inWorker: Converse

describe.skipIf(noBrowser)('the SDK in Chromium', () => {
  let server: ServerProcess
  let site: Site
  let browser: Browser
  beforeAll(async () => {
    server = await startServerProcess()
    site = await serveScripts(await bundle('sdkPage.ts'), '/sdkPage.js', server.port)
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await site?.close()
    await server?.end()
  })

  it('talks from a page to a worker, and back', async () => {
    const [one, other] = [await browser.newPage(), await browser.newPage()]
    for (const page of [one, other]) await page.goto(site.origin)
    const [fromPage, fromWorker] = await Promise.all([
      one.evaluate(() => inPage('paula', 'Browsers', 'wilma', ['one', 'two'])),
      other.evaluate(() => inWorker('wilma', null, null, ['three', 'four'])),
    ])
    expect(fromPage).toEqual({ where: 'page', heard: ['three', 'four'] })
    expect(fromWorker).toEqual({ where: 'worker', heard: ['one', 'two'] })
  })
})
