import type { Browser, Page } from '@playwright/test'
import type { Client } from '@sotto/client'
import { openNodeClient } from '@sotto/client/node'
import { encodeCanonical } from '@sotto/protocol'
import type { RunningServer } from '@sotto/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newestVersion } from '../../packages/client/src/database/version.ts'
import {
  bundle,
  launchChromium,
  noBrowser,
  serveScripts,
  type Site,
} from '../../packages/client/test/web/browser.ts'
import type { BrowserProfile, GoldenCalls } from '../../packages/client/test/web/goldenPage.ts'
import { smallStock } from '../stories/stock.ts'
import { online, untilMessages } from '../stories/talk.ts'
import { type GoldenDevice, goldenDevice } from './device.ts'
import type { Golden } from './golden.ts'
import { copyGolden, type GoldenCopy, goldenVersions, readGolden } from './place.ts'
import { startGolden } from './server.ts'
import { setClock } from './then.ts'

declare const golden: GoldenCalls

if (noBrowser) console.warn(noBrowser)

const base64 = (bytes: Uint8Array | null): string => Buffer.from(bytes ?? []).toString('base64')

/** Rows are sealed alike in a file and in a browser; the keys are put into the browser as it keeps its own. */
const browserProfile = ({ disk, keys }: GoldenDevice): BrowserProfile => ({
  signing: base64(keys.signing),
  public: base64(keys.public),
  sealing: base64(keys.sealing),
  rows: [...disk.rows].map(([key, value]) => [key, base64(value)]),
})

describe.skipIf(noBrowser).each(goldenVersions)('the profile of %s in IndexedDB', (version) => {
  let told: Golden
  let copy: GoldenCopy
  let server: RunningServer
  let alice: Client
  let browser: Browser
  let site: Site
  let page: Page

  beforeAll(async () => {
    told = readGolden(version)
    copy = copyGolden(version)
    setClock(told.writtenMs + 60_000)
    server = await startGolden(copy, told)
    alice = await openNodeClient({ profile: copy.profile('alice'), limits: smallStock })
    await online(alice)
    site = await serveScripts(await bundle('goldenPage.ts'), '/goldenPage.js', server.port)
    browser = await launchChromium()
    page = await browser.newPage()
    // The clock of the page is that of the server: certificates end.
    await page.addInitScript(
      (behindMs) => {
        const now = Date.now.bind(Date)
        Date.now = () => now() - behindMs
      },
      new Date(performance.timeOrigin + performance.now()).getTime() - Date.now(),
    )
    await page.goto(site.origin)
    await page.waitForFunction(() => 'golden' in globalThis)
    await page.evaluate((profile) => golden.put(profile), browserProfile(goldenDevice(copy.profile('bob'))))
  })
  afterAll(async () => {
    await alice?.close()
    await browser?.close()
    await site?.close()
    await server?.close()
    copy.remove()
  })

  it('is opened, read, and goes on: it sends what waited, and receives', async () => {
    const { general } = told.rooms
    const all = [...told.texts.general, told.outboxOfBob]
    expect(await page.evaluate(() => golden.open())).toBe('opened')
    const texts = (room: string, count: number): Promise<readonly string[]> =>
      page.evaluate(([id, least]) => golden.texts(id, least), [room, count] as const)
    expect(await texts(general, all.length)).toEqual(all)
    await page.evaluate(([id, text]) => golden.send(id, text), [general, 'From the browser.'] as const)
    await untilMessages(alice, general, all.length + 1)
    await alice.send({ room: general, text: 'To the browser.' })
    expect(await texts(general, all.length + 2)).toEqual([...all, 'From the browser.', 'To the browser.'])
    await page.evaluate(() => golden.close())
  })

  it('is left as it is where a newer program has written it', async () => {
    const newer = [...encodeCanonical([newestVersion + 1, newestVersion + 1, ''])]
    await page.evaluate((value) => golden.makeNewer(value), newer)
    const before = await page.evaluate(() => golden.rows())
    expect(await page.evaluate(() => golden.open())).toBe('storage_newer')
    expect(await page.evaluate(() => golden.rows())).toEqual(before)
  })
})
