import { constants } from 'node:os'
import { outlivesTerminal } from '../packages/cli/bin/hangup.mjs'

let signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
const shellCheckMs = 250

const listeners = new Set()
let isHeeding = false
let first
let hasHungUp = false

/** What serves goes on when the terminal is closed, if it uses none (`nohup npm start &`). */
export const goOnWithoutTerminal = () => {
  if (!outlivesTerminal()) return
  signals = signals.filter((signal) => signal !== 'SIGHUP')
  process.on('SIGHUP', () => {
    hasHungUp = true
  })
}

const tell = (signal) => {
  first ??= signal
  for (const listener of listeners) listener(signal)
}

/**
 * npm runs its scripts in a shell that dies of a signal without handing it on. With a terminal that is closed npm ends, and
 * its shell: the signal that they end of reaches this process, too.
 */
const watchShell = () => {
  if (process.env.npm_lifecycle_event === undefined) return
  const parent = process.ppid
  let isGone = false
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    if (isGone || hasHungUp) clearInterval(timer)
    if (isGone && !hasHungUp) tell('SIGTERM')
    isGone = true
  }, shellCheckMs)
  timer.unref()
}

/** From now on a signal does not end this process: those who listen end what they have started. */
export const heedSignals = () => {
  if (isHeeding) return
  isHeeding = true
  for (const signal of signals) process.on(signal, tell)
  watchShell()
}

/** The signal that this run was told to end with first; undefined while it may go on. */
export const endedBy = () => first

/**
 * Calls `listener` with each signal that is heeded.
 *
 * @returns a function that ends listening
 */
export const onEnding = (listener) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The exit code of what a signal has ended. */
export const codeOfSignal = (signal) => 128 + constants.signals[signal]
