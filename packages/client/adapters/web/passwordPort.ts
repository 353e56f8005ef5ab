import { type FailureCode, SottoError } from '@sotto/protocol'
import type { PasswordProtocol } from '../../src/ports/password.ts'

interface PasswordCall {
  readonly step: keyof PasswordProtocol
  readonly input: readonly unknown[]
}

type PasswordAnswer =
  | { readonly kind: 'result'; readonly value: unknown }
  | { readonly kind: 'failure'; readonly code: FailureCode; readonly message: string }

/** Carries out the one step that is asked for on `port`. */
export const servePasswordStep = (protocol: PasswordProtocol, port: MessagePort): Promise<void> =>
  new Promise((resolve) => {
    port.onmessage = async ({ data }: MessageEvent<PasswordCall>) => {
      port.postMessage(await answerOf(protocol, data))
      resolve()
    }
  })

const answerOf = async (
  protocol: PasswordProtocol,
  { step, input }: PasswordCall,
): Promise<PasswordAnswer> => {
  try {
    const run = protocol[step] as (...input: readonly unknown[]) => Promise<unknown>
    return { kind: 'result', value: await run(...input) }
  } catch (error) {
    const { code, message } = error instanceof SottoError ? error : new SottoError('internal', String(error))
    return { kind: 'failure', code, message }
  }
}

/** @param openPort opens a port behind which `servePasswordStep` waits; called for each step */
export const passwordProtocolAt = (openPort: () => MessagePort): PasswordProtocol => {
  const ask =
    (step: keyof PasswordProtocol) =>
    (...input: readonly unknown[]): Promise<never> =>
      new Promise((resolve, reject) => {
        const port = openPort()
        port.onmessage = ({ data }: MessageEvent<PasswordAnswer>) => {
          port.close()
          switch (data.kind) {
            case 'result':
              return resolve(data.value as never)
            case 'failure':
              return reject(new SottoError(data.code, data.message))
          }
        }
        port.postMessage({ step, input } satisfies PasswordCall)
      })
  return {
    registerStart: ask('registerStart'),
    registerFinish: ask('registerFinish'),
    loginStart: ask('loginStart'),
    loginFinish: ask('loginFinish'),
  }
}
