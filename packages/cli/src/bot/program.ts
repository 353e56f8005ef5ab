import type { Readable } from 'node:stream'
import { SottoError } from '@sotto/client'
import { linesIn } from '../lines.ts'
import type { Said } from './lines.ts'
import { saidIn } from './lines.ts'
import { endGroup, letGo, mayRun, spawnTied, type Tied } from './tied.ts'

/** A program that answers messages line by line, started again when it dies. */
export interface Program {
  /**
   * Hands it a message and waits for the answer with this id. When the program dies in between, its successor gets the
   * message again, `deathsMax` times.
   */
  ask(id: string, line: string): Promise<readonly string[]>
  tell(line: string): void
  /** Resolves when it has ended with exit code 0; rejects when it cannot be started. */
  readonly ended: Promise<void>
  /** Closes its input, and kills it where it has not ended five seconds later; whoever still waits for an answer gets none. */
  end(): Promise<void>
}

export interface ProgramOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly answerMs: number
  said(said: Exclude<Said, { kind: 'answer' }>): void
  /** It has died, and is started again after this time. */
  died(why: string, retryMs: number): void
}

interface Asked {
  readonly line: string
  readonly resolve: (texts: readonly string[]) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
  deaths: number
}

const retryFirstMs = 500
const retryMaxMs = 30_000
const deathsMax = 5
const farewellMs = 5000
/** How long the output of a program that has ended is read on: a process that has left its group may hold it open for ever. */
const lastWordsMs = 1000

const cannotStart = (command: string): SottoError =>
  new SottoError('bad_request', `${command} cannot be started; does it exist, and is it executable?`)

export const startProgram = ({ command, args, answerMs, said, died }: ProgramOptions): Program => {
  const asked = new Map<string, Asked>()
  let child: Tied | null = null
  let restart: NodeJS.Timeout | undefined
  let failures = 0
  let isWanted = true
  let finish: () => void = () => {}
  let fail: (error: Error) => void = () => {}
  const ended = new Promise<void>((resolve, reject) => {
    finish = resolve
    fail = reject
  })
  ended.catch(() => {})

  const settle = (id: string): Asked | undefined => {
    const found = asked.get(id)
    if (found) clearTimeout(found.timer)
    asked.delete(id)
    return found
  }

  const hear = (line: string): void => {
    if (line.trim() === '') return
    const one = saidIn(line)
    if (one.kind !== 'answer') return said(one)
    failures = 0
    settle(one.id)?.resolve(one.texts)
  }

  const listen = async (output: Readable): Promise<void> => {
    for await (const line of linesIn(output))
      if (line.kind === 'text') hear(line.text)
      else said({ kind: 'nonsense', why: `line ${line.number} of the program: ${line.why}` })
  }

  const start = (): void => {
    const started = spawnTied(command, args)
    child = started
    // A program that has ended does not read what it is told.
    started.stdin.on('error', () => {})
    started.on('error', () => fail(cannotStart(command)))
    started.on('exit', () => {
      endGroup(started)
      const timer = setTimeout(() => letGo(started), lastWordsMs)
      started.on('close', () => clearTimeout(timer))
    })
    const heard = listen(started.stdout).catch(() => {})
    started.on('close', (exit, signal) => {
      void heard.then(() => over(exit, signal))
    })
    for (const { line } of asked.values()) started.stdin.write(`${line}\n`)
  }

  const over = (exit: number | null, signal: NodeJS.Signals | null): void => {
    child = null
    if (exit === 0 || !isWanted) return finish()
    for (const [id, one] of asked) {
      one.deaths += 1
      if (one.deaths >= deathsMax) settle(id)?.reject(new Error(`the program dies of message ${id}`))
    }
    const retryMs = Math.min(retryMaxMs, retryFirstMs * 2 ** failures)
    failures += 1
    died(signal ?? `exit code ${exit}`, retryMs)
    restart = setTimeout(start, retryMs)
    return undefined
  }

  if (mayRun(command)) start()
  else fail(cannotStart(command))
  return {
    ask: (id, line) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => settle(id)?.reject(new Error(`the program does not answer message ${id}`)),
          answerMs,
        )
        asked.set(id, { line, resolve, reject, timer, deaths: 0 })
        child?.stdin.write(`${line}\n`)
      }),
    tell: (line) => void child?.stdin.write(`${line}\n`),
    ended,
    end: async () => {
      isWanted = false
      clearTimeout(restart)
      for (const id of asked.keys()) settle(id)?.reject(new Error('the bot is ending'))
      if (!child) return finish()
      child.stdin.end()
      const last = child
      // Of one that has exited, the group has been ended: its number may be that of others by now.
      const hasExited = () => last.exitCode !== null || last.signalCode !== null
      const timer = setTimeout(() => {
        if (!hasExited()) endGroup(last)
      }, farewellMs)
      await ended.catch(() => {})
      clearTimeout(timer)
    },
  }
}
