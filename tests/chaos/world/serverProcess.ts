import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { eventually } from '../patience.ts'
import { type Group, groupOf } from './processes.ts'

const bin = fileURLToPath(new URL('../../../packages/cli/bin/sotto.mjs', import.meta.url))

const readyWithinMs = 60_000

export interface ServerPlace {
  readonly port: number
  readonly data: string
  /** Where everything that it prints goes. */
  readonly log: string
  /** Further options of `sotto serve`. */
  readonly options?: readonly string[]
}

export interface ServerProcess extends Group {
  /** Resolves when it answers. @throws Error when it has ended before */
  readonly ready: Promise<void>
}

export const urlOf = (port: number): string => `http://localhost:${port}`

export const answers = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}

/** `sotto serve`, as a user starts it. */
export const serve = ({ port, data, log, options = [] }: ServerPlace): ServerProcess => {
  const child = spawn(process.execPath, [bin, 'serve', '--port', String(port), '--data', data, ...options], {
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const written = createWriteStream(log, { flags: 'a' })
  child.stdout.pipe(written, { end: false })
  child.stderr.pipe(written, { end: false })
  child.once('close', () => written.end())
  const group = groupOf(child)
  const ready = eventually('the server answers', readyWithinMs, async () => {
    if (!group.isAlive()) throw new Error(`the server ended with ${child.exitCode ?? child.signalCode}`)
    return answers(`${urlOf(port)}/readyz`)
  }).then(() => undefined)
  // Whoever kills it while it starts does not care.
  ready.catch(() => {})
  return { ...group, ready }
}
