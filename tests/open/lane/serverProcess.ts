import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'

const bin = fileURLToPath(new URL('../../../packages/cli/bin/sotto.mjs', import.meta.url))

/** A `sotto serve` of its own, as whoever hosts it starts one; it ends with the tests of the file. */
export interface ServerProcess {
  readonly url: string
  readonly data: string
  /** Everything that it has printed and logged. */
  printed(): string
  /** Asks it to end, and gives what it ended with. */
  stop(): Promise<number | null>
}

/** Ended with the tests of the file, whether they were started for one test or for all. */
const ends: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const end of ends) await end()
})

const environment = { ...process.env, NO_COLOR: '1' }

export const serveProcess = async (...more: readonly string[]): Promise<ServerProcess> => {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-served-'))
  const data = join(directory, 'data')
  const child = spawn(process.execPath, [bin, '--json', 'serve', '--port', '0', '--data', data, ...more], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit') as Promise<[number | null]>
  ends.push(async () => {
    child.kill('SIGKILL')
    await ended
    rmSync(directory, { recursive: true, force: true })
  })
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (printed += text))
  const [line] = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    ended.then(([exit]) => {
      throw new Error(`the server ended with ${exit}: ${printed}`)
    }),
  ])) as [string]
  return {
    url: (JSON.parse(line) as { readonly url: string }).url,
    data,
    printed: () => printed,
    stop: async () => {
      child.kill('SIGTERM')
      const [exit] = await ended
      return exit
    },
  }
}

/** A server that does not begin: with what it ends, and what it says. */
export const refusedStart = async (
  ...more: readonly string[]
): Promise<{ readonly exit: number | null; readonly said: string }> => {
  const args = [bin, 'serve', '--port', '0', '--data', join(tmpdir(), 'sotto-never'), ...more]
  const child = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const [exit] = (await once(child, 'close')) as [number | null]
  return { exit, said }
}
