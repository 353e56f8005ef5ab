import { existsSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import type { Duplex } from 'node:stream'
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
    worker: { format: 'es' },
    build: {
      write: false,
      minify: false,
      modulePreload: false,
      assetsInlineLimit: 0,
      rolldownOptions: { input, output: { entryFileNames: '[name].js', format: 'es' } },
    },
  })
  const outputs = Array.isArray(built) ? built : [built]
  return new Map(
    outputs.flatMap((one) =>
      'output' in one
        ? one.output.map(
            (file) => [`/${file.fileName}`, 'code' in file ? file.code : String(file.source)] as const,
          )
        : [],
    ),
  )
}

export interface Site {
  readonly origin: string
  close(): Promise<void>
}

/** Hands a connection that has been upgraded on, byte by byte. */
const handOn = (upgrade: IncomingMessage, port: number): void => {
  const { socket } = upgrade
  const onward = connect(port, 'localhost')
  const headers = upgrade.rawHeaders.flatMap((name, i, all) =>
    i % 2 === 0 ? [`${name}: ${all[i + 1]}`] : [],
  )
  onward.write([`GET ${upgrade.url} HTTP/1.1`, ...headers, '', ''].join('\r\n'))
  onward.pipe(socket)
  socket.pipe(onward)
  for (const [end, other] of [[onward, socket] as const, [socket, onward] as const]) {
    end.on('error', () => end.destroy())
    end.on('close', () => other.destroy())
  }
}

const forward = (incoming: IncomingMessage, outgoing: ServerResponse, port: number): void => {
  const { method, url, headers } = incoming
  const onward = request({ host: 'localhost', port, method, path: url, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
  })
  onward.on('error', () => outgoing.destroy())
  incoming.pipe(onward)
}

/**
 * Serves the scripts, and at `/` a page that loads the first of them. Operations and the live lane go to the Sotto
 * server at `upstream`, as behind a reverse proxy.
 */
export const serveScripts = async (
  scripts: ReadonlyMap<string, string>,
  first: string,
  upstream?: number,
): Promise<Site> => {
  const server = createServer((incoming, response) => {
    if (upstream !== undefined && incoming.url?.startsWith('/v1/'))
      return forward(incoming, response, upstream)
    const code = scripts.get(incoming.url ?? '')
    response.setHeader('content-type', code === undefined ? 'text/html' : 'text/javascript')
    response.end(code ?? `<!doctype html><title>test</title><script type="module" src="${first}"></script>`)
    return undefined
  })
  const upgraded = new Set<Duplex>()
  server.on('upgrade', (incoming, socket) => {
    upgraded.add(socket)
    if (upstream === undefined) socket.destroy()
    else handOn(incoming, upstream)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: async () => {
      for (const socket of upgraded) socket.destroy()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
