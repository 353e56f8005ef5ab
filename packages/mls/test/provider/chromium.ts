import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { chromium } from '@playwright/test'
import { build } from 'vite'

const executablePath = '/usr/bin/chromium'
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export const chromiumIsHere = existsSync(executablePath)

export interface Worker {
  /** What `run` of the worker's entry makes of the input; both are JSON. */
  run<Output>(input: unknown): Promise<Output>
  close(): Promise<void>
}

/** The modules of a worker by file name, as the product's own bundler makes them. */
const bundle = async (entry: URL): Promise<ReadonlyMap<string, string>> => {
  const output = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      target: 'es2024',
      lib: { entry: fileURLToPath(entry), formats: ['es'], fileName: () => 'worker.js' },
    },
  })
  const [result] = Array.isArray(output) ? output : [output]
  if (!result || !('output' in result)) throw new Error('nothing was bundled')
  return new Map(
    result.output.flatMap((part) => (part.type === 'chunk' ? [[`/${part.fileName}`, part.code]] : [])),
  )
}

/**
 * Chromium with a module worker made of `entry`, which exports `run(input): Promise<output>`. From 127.0.0.1, since
 * WebCrypto is for secure contexts only.
 */
export const startWorker = async (entry: URL): Promise<Worker> => {
  const files = await bundle(entry)
  const page = `<script type="module">
    const worker = new Worker('/start.js', { type: 'module' })
    const waiting = new Map()
    worker.onmessage = ({ data }) => waiting.get(data.id)(data)
    let last = 0
    globalThis.call = (input) =>
      new Promise((done) => {
        waiting.set(++last, done)
        worker.postMessage({ id: last, input })
      })
  </script>`
  const start = `import { run } from '/worker.js'
    onmessage = async ({ data: { id, input } }) => {
      try { postMessage({ id, output: await run(input) }) }
      catch (error) { postMessage({ id, error: { code: error.code, message: String(error) } }) }
    }`
  const server = createServer((request, response) => {
    const code = request.url === '/start.js' ? start : files.get(request.url ?? '')
    response.setHeader('content-type', code === undefined ? 'text/html' : 'text/javascript')
    response.end(code ?? page)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const browser = await chromium.launch({ executablePath, args: flags })
  const tab = await browser.newPage()
  await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  return {
    async run<Output>(input: unknown): Promise<Output> {
      const { output, error } = await tab.evaluate(
        (given) => (globalThis as unknown as { call(input: unknown): Promise<Reply> }).call(given),
        input,
      )
      if (error) throw Object.assign(new Error(error.message), { code: error.code })
      return output as Output
    },
    async close() {
      await browser.close()
      server.close()
    },
  }
}

interface Reply {
  readonly output?: unknown
  readonly error?: { readonly code: string; readonly message: string }
}
