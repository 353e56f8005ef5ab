import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

/** The root of the repository. */
export const root = fileURLToPath(new URL('..', import.meta.url))

const exitCodeOf = (code, signal) => code ?? 128 + (signal ? constants.signals[signal] : 0)

const orphanCheckMs = 250

/**
 * npm runs its scripts in a shell that dies of a signal without handing it on. Calls `orphaned` when that has happened.
 *
 * @returns a function that ends watching
 */
const watchShell = (orphaned) => {
  if (process.env.npm_lifecycle_event === undefined) return () => {}
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    orphaned()
  }, orphanCheckMs)
  return () => clearInterval(timer)
}

/**
 * Runs a program with this terminal and waits for it. Signals are handed on and never end this process first, so
 * that a child that closes its files has the time to do so.
 *
 * @returns its exit code; 128 + n where signal n ended it
 */
export const runChild = (command, args, options = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options })
    const handOn = (signal) => child.kill(signal)
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const signal of signals) process.on(signal, handOn)
    const unwatch = watchShell(() => handOn('SIGTERM'))
    const done = () => {
      unwatch()
      for (const signal of signals) process.off(signal, handOn)
    }
    child.on('error', (error) => {
      done()
      reject(error)
    })
    child.on('exit', (code, signal) => {
      done()
      resolve(exitCodeOf(code, signal))
    })
  })

const diesWithParent = fileURLToPath(new URL('diesWithParent.cjs', import.meta.url))

/**
 * Runs a program aside.
 *
 * @param options of `spawn`; `diesWithParent`: a program of Node that ends when this process does, even by kill -9
 * @returns its exit code and what it wrote, both streams in the order of arrival
 */
export const captureChild = (command, args, { diesWithParent: isTied = false, ...options } = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, isTied ? ['--require', diesWithParent, ...args] : args, {
      cwd: root,
      stdio: [isTied ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      ...options,
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text))
    child.stderr.setEncoding('utf8').on('data', (text) => (output += text))
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code: exitCodeOf(code, signal), output }))
  })
