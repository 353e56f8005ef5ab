import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const root = new URL('../../../', import.meta.url)

/** A bot running as a program of its own. */
export interface BotProcess {
  readonly child: ChildProcess
  /** All that it has written. */
  said(): string
  /** Resolves with what ended it. */
  readonly ended: Promise<{ readonly exit: number | null; readonly signal: NodeJS.Signals | null }>
  /** kill -9: nothing in it gets to know. */
  kill(): Promise<void>
}

/** @param path from the root of the repository */
export const startBotProcess = (path: string, env: Readonly<Record<string, string>>): BotProcess => {
  const child = spawn(process.execPath, ['--no-warnings', fileURLToPath(new URL(path, root))], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const ended = once(child, 'close').then(([exit, signal]) => ({
    exit: exit as number | null,
    signal: signal as NodeJS.Signals | null,
  }))
  return {
    child,
    said: () => text,
    ended,
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** An example as its operator starts it. */
export const startExample = (name: string, env: Readonly<Record<string, string>>): BotProcess =>
  startBotProcess(`examples/bots/${name}.ts`, env)
