/**
 * A first visit on a slow line (1.6 Mbit/s, 150 ms) with a slow processor (a fourth of this one): when something is seen, when
 * the form can be used, and how many bytes have come by then. With another tree beside it, built as well, both are measured in
 * turn; what is printed are the middle values:
 *
 * node tests/journeys/measureFirstVisit.ts [--against DIRECTORY] [--rounds N]
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Browser, chromium } from '@playwright/test'
import settings from './playwright.config.ts'
import { freePort, ready } from './world/sotto.ts'

const { values } = parseArgs({
  options: { against: { type: 'string' }, rounds: { type: 'string', default: '5' } },
})

interface Visit {
  readonly paintMs: number
  readonly formMs: number
  readonly bytes: number
}

const line = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 94_000 }

const visit = async (browser: Browser, url: string): Promise<Visit> => {
  const context = await browser.newContext()
  const page = await context.newPage()
  const inspector = await context.newCDPSession(page)
  await inspector.send('Network.enable')
  await inspector.send('Network.emulateNetworkConditions', line)
  await inspector.send('Emulation.setCPUThrottlingRate', { rate: 4 })
  let bytes = 0
  inspector.on('Network.dataReceived', ({ encodedDataLength }) => (bytes += encodedDataLength))
  await page.goto(url, { waitUntil: 'commit' })
  await page.getByLabel('Name', { exact: true }).waitFor({ timeout: 60_000 })
  const atForm = bytes
  const [formMs, paintMs] = await page.evaluate(() => [
    performance.now(),
    performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
  ])
  await context.close()
  return { paintMs: paintMs ?? Number.NaN, formMs: formMs ?? Number.NaN, bytes: atForm }
}

const started = async (root: string, data: string) => {
  const port = await freePort()
  const bin = join(root, 'packages/cli/bin/sotto.mjs')
  const child = spawn(process.execPath, [bin, 'serve', '--port', String(port), '--data', data], {
    stdio: 'ignore',
  })
  const url = `http://localhost:${port}`
  await ready(url, child)
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  return { url, stop }
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN

const here = fileURLToPath(new URL('../..', import.meta.url))
const roots = values.against === undefined ? [here] : [here, values.against]
const place = mkdtempSync(join(tmpdir(), 'sotto-visit-'))
const browser = await chromium.launch(settings.use?.launchOptions ?? {})
const servers = await Promise.all(roots.map((root, at) => started(root, join(place, String(at)))))
const visits: Visit[][] = roots.map(() => [])
for (let round = 0; round < Number(values.rounds); round++)
  for (const [at, { url }] of servers.entries()) visits[at]?.push(await visit(browser, url))
for (const [at, root] of roots.entries()) {
  const of = (what: keyof Visit): string => median((visits[at] ?? []).map((one) => one[what])).toFixed(0)
  console.log(`${root}: seen after ${of('paintMs')} ms, form after ${of('formMs')} ms, ${of('bytes')} bytes`)
}
await Promise.all([browser.close(), ...servers.map(({ stop }) => stop())])
rmSync(place, { recursive: true })
