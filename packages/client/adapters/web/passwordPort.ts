import { limits, SottoError } from '@sotto/protocol'
import type { PasswordProtocol } from '../../src/ports/password.ts'
import { openWaits } from '../../src/waits.ts'
import { timerScheduler } from '../net/timerScheduler.ts'
import { unsupported } from '../../src/ports/lack.ts'
import type { FailureMessage } from './workerMessages.ts'

interface PasswordCall {
  readonly step: keyof PasswordProtocol
  readonly input: readonly unknown[]
}

type PasswordAnswer =
  | { readonly kind: 'result'; readonly value: unknown }
  | ({ readonly kind: 'failure' } & FailureMessage)

/** Carries out the one step that is asked for on `port`. */
export const servePasswordStep = (protocol: PasswordProtocol, port: MessagePort): void => {
  port.onmessage = async ({ data }: MessageEvent<PasswordCall>) =>
    port.postMessage(await answerOf(protocol, data))
}

const answerOf = async (
  protocol: PasswordProtocol,
  { step, input }: PasswordCall,
): Promise<PasswordAnswer> => {
  try {
    const run = protocol[step] as (...input: readonly unknown[]) => Promise<unknown>
    return { kind: 'result', value: await run(...input) }
  } catch (error) {
    const { code, message, detail } = failureOf(error)
    return { kind: 'failure', code, message, detail }
  }
}

/** What is not a failure of the protocol is one of the machine that computes it. */
const failureOf = (error: unknown): SottoError => {
  if (error instanceof SottoError) return error
  const isMissing = typeof WebAssembly === 'undefined' || error instanceof WebAssembly.CompileError
  return isMissing
    ? unsupported(['web_assembly'])
    : new SottoError('helper_lost', String(error), { step: 'work' })
}

/** Somebody who carries out one step. */
export interface PasswordHelper {
  readonly port: MessagePort
  /** Nothing more is wanted of it. */
  end(): void
}

/** Until a helper must have answered: it is loaded first. */
const answerMs = limits.helperStartMs + limits.passwordStepMs

/** @param open starts the helper of one step, behind whose port `servePasswordStep` waits; `lost` hears that it has ended */
export const passwordProtocolAt = (
  open: (lost: (why: SottoError) => void) => PasswordHelper,
): PasswordProtocol => {
  const ask =
    (step: keyof PasswordProtocol) =>
    async (...input: readonly unknown[]): Promise<never> => {
      const waits = openWaits()
      const { port, end } = open(waits.end)
      const cancel = timerScheduler.after(answerMs, () =>
        waits.end(new SottoError('helper_lost', 'no answer in time', { step: 'work' })),
      )
      try {
        return await waits.until(() => answerFrom(port, { step, input }))
      } finally {
        cancel()
        end()
      }
    }
  return {
    registerStart: ask('registerStart'),
    registerFinish: ask('registerFinish'),
    loginStart: ask('loginStart'),
    loginFinish: ask('loginFinish'),
  }
}

const answerFrom = (port: MessagePort, asked: PasswordCall): Promise<never> =>
  new Promise((resolve, reject) => {
    port.onmessage = ({ data }: MessageEvent<PasswordAnswer>) => {
      switch (data.kind) {
        case 'result':
          return resolve(data.value as never)
        case 'failure':
          return reject(new SottoError(data.code, data.message, data.detail))
      }
    }
    port.postMessage(asked)
  })
