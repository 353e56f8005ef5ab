import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { folderFor } from './world/folder.ts'
import { freePort, serve, type Server } from './world/sotto.ts'

let server: Server
test.beforeAll(async () => {
  const place = folderFor('firstVisit')
  server = await serve({ port: await freePort(), data: join(place, 'data'), log: join(place, 'server.log') })
})
test.afterAll(async () => {
  expect(await server.stop()).toBe(0)
})

/** All that comes over the wire, with headers, until somebody can begin to type. */
const firstVisitBytesMax = 335_000

test('a first visit takes few bytes until the form is there, and needs nothing for that of what comes later', async ({
  context,
}) => {
  const page = await context.newPage()
  const network = await context.newCDPSession(page)
  await network.send('Network.enable')
  let bytes = 0
  network.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength))
  // Whatever is asked for beside this comes too late for the form, or not at all. Routes would switch the cache off.
  await network.send('Network.setBlockedURLs', { urls: ['*/assets/inside-*', '*/assets/opaque-worker-*'] })
  await page.goto(server.url)
  await page.getByLabel('Name', { exact: true }).fill('somebody')
  await page.getByLabel('Password', { exact: true }).fill('a good password of somebody')
  await expect(page.getByRole('button', { name: 'Create account' })).toBeEnabled()
  expect(bytes).toBeGreaterThan(100_000)
  expect(bytes).toBeLessThan(firstVisitBytesMax)
})
