import { SottoError } from '@sotto/protocol'
import type { Reply, Request } from './messages.ts'

type Question = Omit<Extract<Request, { kind: 'call' }>, 'server'>
type Answer = Extract<Reply, { kind: 'result' | 'failure' }>

interface OpenCall {
  readonly question: Question
  resolve(value: unknown): void
  reject(failure: SottoError): void
}

/** What was asked and has no answer yet, in the order of asking. */
export interface Calls {
  ask(question: Question): Promise<unknown>
  isEmpty(): boolean
  /** Asks for all of it once more. */
  repeat(): void
  settle(answer: Answer): void
  failAll(failure: SottoError): void
}

/** @param put asks; where nobody can be asked yet, what is asked waits for `repeat` */
export const openCalls = (put: (question: Question) => void): Calls => {
  const calls = new Map<string, OpenCall>()
  return {
    ask: (question) =>
      new Promise((resolve, reject) => {
        calls.set(question.call, { question, resolve, reject })
        put(question)
      }),
    isEmpty: () => calls.size === 0,
    repeat: () => {
      for (const { question } of calls.values()) put(question)
    },
    settle: (answer) => {
      const open = calls.get(answer.call)
      calls.delete(answer.call)
      if (answer.kind === 'result') open?.resolve(answer.value)
      else open?.reject(new SottoError(answer.code, answer.message, answer.detail))
    },
    failAll: (failure) => {
      for (const { reject } of calls.values()) reject(failure)
      calls.clear()
    },
  }
}
