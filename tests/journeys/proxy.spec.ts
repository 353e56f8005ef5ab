import { createServer, request, type IncomingMessage, type Server } from 'node:http'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { hasNginx, type Nginx, startNginx, startNginxOfPage } from '../proxy/nginx.ts'
import { freePort, serve, type Server as Sotto } from './world/sotto.ts'

/** What people see of a proxy that was not set up with its server, in a real browser. */
test.skip(!hasNginx, 'needs nginx')
test.use({ ignoreHTTPSErrors: true })

let directory: string
let sotto: Sotto
const proxies: Nginx[] = []
const relays: Server[] = []

test.beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sotto-proxy-page-'))
  sotto = await serve({ port: await freePort(), data: join(directory, 'data'), log: join(directory, 'log') })
})
test.afterEach(async () => {
  for (const proxy of proxies.splice(0)) await proxy.stop()
  for (const relay of relays.splice(0)) relay.close()
})
test.afterAll(async () => {
  await sotto.stop()
  rmSync(directory, { recursive: true, force: true })
})

const proxied = async (change?: (text: string) => string): Promise<string> => {
  const proxy = await startNginxOfPage(sotto.port, change ? { change } : {})
  proxies.push(proxy)
  return `https://localhost:${proxy.port}`
}

test('a proxy that the server does not believe is said on the page, with the setting', async ({ page }) => {
  const url = await proxied()
  await page.goto(url)
  await expect(
    page.getByText(`starting it with --public-url ${url}, or by naming the proxy in --trust-proxy`),
  ).toBeVisible()
})

test('a proxy that does not pass Host is said on the page, with the setting', async ({ page }) => {
  const url = await proxied((text) => text.replaceAll(/proxy_set_header (Host|X-Forwarded-Host).*\n/g, ''))
  await page.goto(url)
  await expect(page.getByText(/does not know its own address/).locator('..')).toContainText(
    'proxy_set_header Host $http_host',
  )
})

test('a name that the server does not go by gets words and no page', async ({ page }) => {
  const proxy = await startNginx(
    (port) =>
      `server { listen 127.0.0.1:${port}; location / { proxy_pass http://127.0.0.1:${sotto.port}; proxy_set_header Host chat.example.org; } }`,
  )
  proxies.push(proxy)
  await page.goto(`http://localhost:${proxy.port}/`)
  await expect(page.getByText('--host-names LIST')).toBeVisible()
})

for (const [how, target] of [
  ['taken off', '/'],
  ['left on', ''],
] as const)
  test(`below a path that is ${how}, the page says so instead of staying empty`, async ({ page }) => {
    const proxy = await startNginx(
      (port) =>
        `server { listen 127.0.0.1:${port}; location /chat/ { proxy_pass http://127.0.0.1:${sotto.port}${target}; proxy_set_header Host $http_host; } }`,
    )
    proxies.push(proxy)
    await page.goto(`http://localhost:${proxy.port}/chat/`)
    await expect(
      page.getByText('cannot be served there: whoever runs the server gives it a name of its own'),
    ).toBeVisible()
  })

test('on its own, the page says nothing of the kind', async ({ page }) => {
  await page.goto(sotto.url)
  await expect(page.getByRole('heading', { name: 'Create your account' })).toBeVisible()
  await expect(page.getByText(/not set up correctly|did not load/)).toBeHidden()
})

/** Hands requests on, and upgrades to nobody: a proxy that knows no WebSockets. */
const withoutWebSockets = async (): Promise<string> => {
  const relay = createServer((asked: IncomingMessage, answer) => {
    const { method, url: path, headers } = asked
    const onward = request({ host: 'localhost', port: sotto.port, method, path, headers }, (from) => {
      answer.writeHead(from.statusCode ?? 502, from.headers)
      from.pipe(answer)
    })
    onward.on('error', () => answer.destroy())
    asked.pipe(onward)
  })
  relay.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'))
  relays.push(relay)
  relay.listen(0, 'localhost')
  await once(relay, 'listening')
  return `http://localhost:${(relay.address() as AddressInfo).port}`
}

test('without WebSockets a browser signs up and is connected all the same, and says why it is slower', async ({
  page,
}) => {
  await page.goto(await withoutWebSockets())
  await page.getByLabel('Name', { exact: true }).fill('dora')
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery staple')
  await page.getByRole('button', { name: 'Create account' }).click()
  const status = page.getByRole('group', { name: 'Connection' })
  await expect(status).toContainText('Connected, but slower')
  await expect(status).toHaveAttribute('title', /blocks WebSockets/)
})
