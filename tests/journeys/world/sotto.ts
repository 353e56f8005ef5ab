import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'

const bin = fileURLToPath(new URL('../../../packages/cli/bin/sotto.mjs', import.meta.url))

export const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

export interface Run {
  readonly exit: number | null
  readonly out: string
  readonly err: string
}

/** Runs the real terminal client to its end. What it reads ends once it has said `keepOpenUntil`, or at once. */
export const sotto = async (
  args: readonly string[],
  options: { readonly input?: string; readonly profile?: string; readonly keepOpenUntil?: string } = {},
): Promise<Run> => {
  const child = spawn(
    process.execPath,
    [bin, ...(options.profile ? ['--profile', options.profile] : []), ...args],
    {
      env: { ...process.env, NO_COLOR: '1' },
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  )
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const { keepOpenUntil } = options
  child.stdin.write(options.input ?? '')
  if (keepOpenUntil === undefined) child.stdin.end()
  else
    child.stdout.on('data', () => {
      if (out.includes(keepOpenUntil)) child.stdin.end()
    })
  const [exit] = (await once(child, 'close')) as [number | null]
  return { exit, out, err }
}

export interface Server {
  readonly url: string
  readonly port: number
  /** Asks it to stop and waits for its end. */
  stop(): Promise<number | null>
  /** kill -9: nothing is flushed, nobody is told. */
  kill(): Promise<void>
}

export const ready = async (url: string, child: ChildProcess): Promise<void> => {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}; see its log`)
    try {
      if ((await fetch(`${url}/readyz`)).ok) return
    } catch {
      // not listening yet
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Starts `sotto serve` as a process of its own on a data directory; everything it prints goes to `log`. */
export const serve = async (options: {
  readonly port: number
  readonly data: string
  readonly log: string
  /** Further options of `sotto serve`. */
  readonly more?: readonly string[]
}): Promise<Server> => {
  const child = spawn(
    process.execPath,
    [bin, 'serve', '--port', String(options.port), '--data', options.data, ...(options.more ?? [])],
    {
      env: { ...process.env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const log = createWriteStream(options.log, { flags: 'a' })
  child.stdout.pipe(log, { end: false })
  child.stderr.pipe(log, { end: false })
  const ended = once(child, 'exit') as Promise<[number | null]>
  const url = `http://localhost:${options.port}`
  await ready(url, child)
  return {
    url,
    port: options.port,
    stop: async () => {
      child.kill('SIGTERM')
      const [exit] = await ended
      return exit
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}
