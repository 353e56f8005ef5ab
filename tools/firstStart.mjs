import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './child.mjs'

const readyWithinMs = 120_000
const stoppedWithinMs = 20_000
const pollEveryMs = 100

const freePort = async () => {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  probe.close()
  await once(probe, 'close')
  return port
}

const delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

const until = async (condition, withinMs) => {
  for (const endMs = Date.now() + withinMs; Date.now() < endMs; await delay(pollEveryMs))
    if (await condition()) return true
  return false
}

const answers = async (url) => {
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}

/** What a first start must do and say; the first sentence that does not hold, or undefined. */
const watch = async (child, port, data, outputSoFar) => {
  // npm ends at once when it is told to; what it has started holds its output until it has ended, too.
  let hasEnded = false
  child.on('close', () => (hasEnded = true))
  const exited = () => hasEnded
  const origin = `http://localhost:${port}`
  await until(async () => exited() || (await answers(`${origin}/readyz`)), readyWithinMs)
  if (exited()) return 'it ended before it was ready'
  if (!(await answers(`${origin}/readyz`))) return `/readyz did not answer within ${readyWithinMs / 1000} s`
  if (!existsSync(data)) return 'it made no data directory'
  const told = () => outputSoFar().includes(origin) && /next|register|open/i.test(outputSoFar())
  if (!(await until(told, 5000))) return 'it does not say what to do next'
  child.kill('SIGTERM')
  if (!(await until(exited, stoppedWithinMs))) return `it did not stop within ${stoppedWithinMs / 1000} s`
  if (!/stopped/i.test(outputSoFar())) return 'it did not stop gracefully'
  if (await answers(`${origin}/healthz`)) return 'a server is left behind'
  return undefined
}

/** Whatever is left of it: npm, the launcher, the server. */
const killGroup = (child) => {
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // Nothing is left.
  }
}

/**
 * Starts the server as a new user would, on an empty data directory and a free port, and stops it again.
 *
 * @param start spawns the command with the given options
 * @returns undefined, or in words what was wrong, with what the command wrote
 */
export const firstStart = async (start) => {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-first-start-'))
  const data = join(directory, 'data')
  const port = await freePort()
  const env = { ...process.env, PORT: String(port), SOTTO_DATA: data }
  const child = start({ cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text))
  try {
    const fault = await watch(child, port, data, () => output)
    return fault && `${fault}\n${output}`
  } finally {
    killGroup(child)
    rmSync(directory, { recursive: true, force: true })
  }
}
