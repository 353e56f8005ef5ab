import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { codeOfSignal, endedBy, heedSignals, onEnding } from './ending.mjs'

/** The root of the repository. */
export const root = fileURLToPath(new URL('..', import.meta.url))

const killedAfterMs = 10_000

const kill = (child, isGroup, signal) => {
  try {
    if (isGroup) process.kill(-child.pid, signal)
    else child.kill(signal)
  } catch {
    // The child has ended already.
  }
}

/** Signals go to the child, or to all that it has started; of those, who does not end in time is killed. */
const handOnSignals = (child, isGroup) => {
  let timer
  const stop = onEnding((signal) => {
    kill(child, isGroup, signal)
    if (isGroup) timer ??= setTimeout(() => kill(child, isGroup, 'SIGKILL'), killedAfterMs)
  })
  return () => {
    stop()
    clearTimeout(timer)
  }
}

/** @returns the exit code; 128 + n where signal n ended the child, or had ended this run before it began */
const supervise = (command, args, { isGroup = false, begun = () => {}, ...options }, use) => {
  const earlier = endedBy()
  if (earlier) return Promise.resolve(codeOfSignal(earlier))
  const grouped = isGroup && process.platform !== 'win32'
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, detached: grouped, ...options })
    const done = handOnSignals(child, grouped)
    child.on('error', (error) => {
      done()
      reject(error)
    })
    // Of a group nobody stays behind, and nobody's open output is waited for.
    child.on('exit', () => grouped && kill(child, grouped, 'SIGKILL'))
    child.on('close', (code, signal) => {
      done()
      resolve(code ?? codeOfSignal(signal))
    })
    use(child)
    begun(child)
  })
}

/**
 * Runs a program with this terminal and waits for it. Signals are handed on and never end this process first, so
 * that a child that closes its files has the time to do so.
 *
 * @param options of `spawn`; `isGroup`: all that it starts ends with it; `begun`: is given the child
 * @returns its exit code; 128 + n where signal n ended it
 */
export const runChild = (command, args, options = {}) => {
  heedSignals()
  return supervise(command, args, { stdio: 'inherit', ...options }, () => {})
}

const diesWithParent = fileURLToPath(new URL('diesWithParent.cjs', import.meta.url))

/**
 * Runs a program aside.
 *
 * @param options as of `runChild`; `diesWithParent`: a program of Node that ends when this process does, even by kill -9
 * @returns its exit code and what it wrote, both streams in the order of arrival
 */
export const captureChild = async (command, args, { diesWithParent: isTied = false, ...options } = {}) => {
  const stdio = [isTied ? 'pipe' : 'ignore', 'pipe', 'pipe']
  const tied = isTied ? ['--require', diesWithParent, ...args] : args
  let output = ''
  const code = await supervise(command, tied, { stdio, ...options }, ({ stdout, stderr }) => {
    for (const stream of [stdout, stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  })
  return { code, output }
}
