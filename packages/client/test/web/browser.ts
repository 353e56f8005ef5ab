import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium } from '@playwright/test'
import { build } from 'vite'

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

/** Why the tests in a browser cannot run here; undefined when they can. */
export const noBrowser: string | undefined = existsSync(executablePath)
  ? undefined
  : 'no Chromium here: install it, or name its program file in CHROMIUM'

const quiet = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: process.getuid?.() === 0 ? ['--no-sandbox', ...quiet] : quiet,
  })

/** Bundles scripts of `test/web` for a browser: file names, as a page would ask for them, to their code. */
export const bundle = async (...entries: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  const input = Object.fromEntries(
    entries.map((entry) => [
      entry.replace(/.*\/|\.ts$/g, ''),
      fileURLToPath(new URL(entry, import.meta.url)),
    ]),
  )
  const built = await build({
    root: fileURLToPath(new URL('.', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      modulePreload: false,
      rolldownOptions: { input, output: { entryFileNames: '[name].js', format: 'es' } },
    },
  })
  const outputs = Array.isArray(built) ? built : [built]
  return new Map(
    outputs.flatMap((one) =>
      'output' in one
        ? one.output.map((file) => [`/${file.fileName}`, 'code' in file ? file.code : ''] as const)
        : [],
    ),
  )
}

export interface Site {
  readonly origin: string
  close(): Promise<void>
}

/** Serves the scripts, and at `/` a page that loads the first of them. */
export const serveScripts = async (scripts: ReadonlyMap<string, string>, first: string): Promise<Site> => {
  const server = createServer((request, response) => {
    const code = scripts.get(request.url ?? '')
    response.setHeader('content-type', code === undefined ? 'text/html' : 'text/javascript')
    response.end(code ?? `<!doctype html><title>test</title><script type="module" src="${first}"></script>`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
