import { type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/**
 * Everything that was started here and lives. A harness that kills others for a living must not leave any behind: not
 * when a scenario fails, and not when somebody presses Ctrl+C.
 */
const living = new Set<ChildProcess>()

const signalGroup = (child: ChildProcess, signal: NodeJS.Signals): void => {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // It has ended since.
  }
}

process.on('exit', () => {
  for (const child of living) signalGroup(child, 'SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130))

/** A process that leads a group of its own, so that one signal reaches whatever it has started. */
export interface Group {
  readonly pid: number
  readonly ended: Promise<void>
  isAlive(): boolean
  /** kill -9: nothing is flushed, nobody is told. */
  kill(): Promise<void>
  /** Asks it to end, and waits. */
  stop(): Promise<number | null>
  /** SIGSTOP: it holds everything that it holds, and does nothing. */
  freeze(): void
  thaw(): void
}

/** @param child started with `detached: true` */
export const groupOf = (child: ChildProcess): Group => {
  living.add(child)
  // `close` would wait for pipes that others hold; what counts is that the process is gone.
  const ended = once(child, 'exit').then(() => {
    living.delete(child)
  })
  return {
    pid: child.pid ?? -1,
    ended,
    isAlive: () => living.has(child),
    kill: async () => {
      signalGroup(child, 'SIGKILL')
      await ended
    },
    stop: async () => {
      signalGroup(child, 'SIGTERM')
      await ended
      return child.exitCode
    },
    freeze: () => signalGroup(child, 'SIGSTOP'),
    thaw: () => signalGroup(child, 'SIGCONT'),
  }
}
