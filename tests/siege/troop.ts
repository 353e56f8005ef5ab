import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'

interface Failed {
  readonly kind: 'failed'
  readonly why: string
}

/** A program of the siege in a process of its own, spoken to in turns. */
export interface Troop<To, From extends { readonly kind: string }> {
  /** Says something and waits for the next that it says. @throws Error when it fails or ends */
  say(message: To): Promise<From>
  readonly ready: Promise<From>
  end(): void
}

const next = <From extends { readonly kind: string }>(child: ChildProcess, what: string): Promise<From> =>
  new Promise((resolve, reject) => {
    const done = (): void => {
      child.off('message', hear)
      child.off('exit', gone)
    }
    const hear = (message: unknown): void => {
      done()
      const said = message as From | Failed
      if (said.kind === 'failed') reject(new Error(`${what}: ${(said as Failed).why}`))
      else resolve(said as From)
    }
    const gone = (code: number | null): void => {
      done()
      reject(new Error(`${what} ended with ${code}`))
    }
    child.on('message', hear)
    child.on('exit', gone)
  })

export const muster = <To extends { readonly kind: string }, From extends { readonly kind: string }>(
  program: string,
  args: readonly string[],
): Troop<To, From> => {
  const child = fork(join(import.meta.dirname, program), [...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const ready = next<From>(child, program)
  // Whoever waits for it hears of it.
  ready.catch(() => {})
  return {
    ready,
    say: (message) => {
      const answer = next<From>(child, program)
      child.send(message)
      return answer
    },
    end: () => {
      // The process may have ended by itself.
      if (child.connected) child.send({ kind: 'end' }, () => {})
      setTimeout(() => child.kill('SIGKILL'), 2000).unref()
    },
  }
}
