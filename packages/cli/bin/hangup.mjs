import { isatty } from 'node:tty'

/** Standard streams that `nohup` takes away from a terminal: BSD's leaves the input alone. */
const streams = process.platform === 'linux' ? [0, 1, 2] : [1, 2]

/**
 * Whether this program goes on when the terminal that it was started from is closed: it uses none. `nohup` says so by
 * ignoring SIGHUP, which Node undoes before anything of ours runs; that `nohup`, `setsid` and services also take the
 * terminal away from the streams is what is left of it.
 */
export const outlivesTerminal = () => !streams.some((fd) => isatty(fd))

/** What asks this program to end. */
export const signalsToEnd = () => ['SIGINT', 'SIGTERM', ...(outlivesTerminal() ? [] : ['SIGHUP'])]

/** Keeps this program alive at the end of a terminal that it does not use. */
export const ignoreHangup = () => {
  if (outlivesTerminal()) process.on('SIGHUP', () => {})
}
