import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Certificate, selfSigned } from './certificate.ts'

/** Debian keeps it where only root looks for programs. */
const program = ['/usr/sbin/nginx', '/usr/local/sbin/nginx'].find((path) => existsSync(path)) ?? 'nginx'

/** Whether nginx can be started here. */
export const hasNginx = spawnSync(program, ['-v']).status === 0

export interface Nginx {
  readonly port: number
  /** What it has written to its error log. */
  readonly log: () => string
  stop(): Promise<void>
}

const freePort = async (): Promise<number> => {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => (socket.destroy(), resolve(true)))
    socket.once('error', () => resolve(false))
  })

const startsMax = 5
const lookEveryMs = 20

/** All that nginx writes stays under one directory: it needs no rights, and leaves nothing. */
const wholeConfig = (directory: string, inHttp: string): string => `
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
pid ${directory}/pid;
error_log stderr warn;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
${inHttp}
}
`

const startOnce = async (
  configText: (port: number, directory: string) => string,
): Promise<Nginx | string> => {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-nginx-'))
  const port = await freePort()
  const path = join(directory, 'nginx.conf')
  writeFileSync(path, wholeConfig(directory, configText(port, directory)))
  const child = spawn(program, ['-p', directory, '-c', path, '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  child.stderr.on('data', (data: Buffer) => (log += data.toString()))
  const ended = once(child, 'exit').then(() => rmSync(directory, { recursive: true, force: true }))
  while (child.exitCode === null) {
    if (await accepts(port))
      return {
        port,
        log: () => log,
        stop: async () => {
          child.kill('SIGTERM')
          await ended
        },
      }
    await pause(lookEveryMs)
  }
  await ended
  return log
}

/**
 * Runs nginx on a free port of this machine, with files in a directory of its own.
 *
 * @param configText what stands inside of `http { }`, for the port to listen on and a directory for its files
 * @throws Error with what nginx says, where it does not start
 */
export const startNginx = async (configText: (port: number, directory: string) => string): Promise<Nginx> => {
  let said = ''
  // Another program may take the port in between.
  for (let i = 0; i < startsMax; i++) {
    const started = await startOnce(configText)
    if (typeof started !== 'string') return started
    said = started
    if (!said.includes('Address already in use')) break
  }
  throw new Error(`nginx does not start: ${said}`)
}

const page = new URL('../../docs/operate/proxy.md', import.meta.url)

/** The configuration of `docs/operate/proxy.md`, as it stands there. */
export const snippetOfPage = (): string =>
  /```nginx\n([\s\S]+?)```/.exec(readFileSync(page, 'utf8'))?.[1] ?? ''

const replaced = (text: string, what: RegExp, by: string): string => {
  if (!what.test(text)) throw new Error(`the page has no ${what.source}`)
  return text.replace(what, by)
}

/**
 * Runs nginx as the page has it, in front of a server on this machine; on `https://localhost:port` with TLS.
 *
 * @param change what is left out or added, to see what then happens
 */
export const startNginxOfPage = async (
  serverPort: number,
  {
    certificate = selfSigned(['localhost']),
    change = (text: string) => text,
  }: { certificate?: Certificate; change?: (text: string) => string } = {},
): Promise<Nginx> =>
  startNginx((port, directory) => {
    writeFileSync(join(directory, 'certificate.pem'), certificate.certificate)
    writeFileSync(join(directory, 'key.pem'), certificate.key, { mode: 0o600 })
    const steps: readonly (readonly [RegExp, string])[] = [
      [/listen 443 /, `listen 127.0.0.1:${port} `],
      [/server_name [^;]+;/, 'server_name localhost;'],
      [/ssl_certificate +[^;]+;/, `ssl_certificate ${directory}/certificate.pem;`],
      [/ssl_certificate_key +[^;]+;/, `ssl_certificate_key ${directory}/key.pem;`],
      [/proxy_pass [^;]+;/, `proxy_pass http://127.0.0.1:${serverPort};`],
    ]
    return change(steps.reduce((text, [what, by]) => replaced(text, what, by), snippetOfPage()))
  })
