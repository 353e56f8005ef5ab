import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { bundle, launchChromium, noBrowser } from '../../packages/client/test/web/browser.ts'
import { account } from './lane/account.ts'
import type { Talk } from './lane/lanePage.ts'
import { goodPassword } from './lane/rest.ts'
import { laneServer } from './lane/server.ts'

declare const talk: Talk

const webDirectory = mkdtempSync(join(tmpdir(), 'sotto-lane-page-'))
afterAll(() => rmSync(webDirectory, { recursive: true, force: true }))

test.skipIf(noBrowser)(
  'the SDK runs in a browser, under the policy of the server (needs Chromium)',
  async () => {
    const scripts = await bundle('../../../../tests/open/lane/lanePage.ts')
    for (const [path, code] of scripts) writeFileSync(join(webDirectory, path), code)
    // The server lets no page run a script without the hash of what was built.
    const hash = createHash('sha384')
      .update(scripts.get('/lanePage.js') ?? '')
      .digest('base64')
    const script = `<script type="module" src="/lanePage.js" integrity="sha384-${hash}"></script>`
    writeFileSync(join(webDirectory, 'index.html'), `<!doctype html><title>test</title>${script}`)
    const server = await laneServer({ webDirectory })
    const node = await account(server.url, 'node')
    const lane = await node.open()
    const browser = await launchChromium()
    try {
      const page = await browser.newPage()
      await page.goto(server.url)
      await expect.poll(() => page.evaluate(() => 'talk' in globalThis)).toBe(true)
      const inPage = page.evaluate(([name, password, other, room]) => talk(name, password, other, room), [
        'page',
        goodPassword,
        'node',
        'Pages',
      ] as const)
      const room = await lane.joinRoom('Pages')
      expect((await node.texts(2)).toSorted()).toEqual(['from the page', 'to all, from the page'])
      await lane.send('page', 'from Node')
      await lane.sendToRoom(room, 'to all, from Node')
      expect((await inPage).toSorted()).toEqual(['from Node', 'to all, from Node'])
    } finally {
      await browser.close()
    }
  },
)
