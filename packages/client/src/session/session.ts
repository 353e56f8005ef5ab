import { SottoError } from '@sotto/protocol'
import type { Call } from '../account/contacts.ts'
import { sessionRow } from '../account/profile.ts'
import type { ServerInfo } from '../account/serverInfo.ts'
import { hasSessionEnded, type ServerAddress } from '../account/serverPin.ts'
import type { Store } from '../ports/store.ts'
import type { Questions } from '../questions.ts'
import type { Waits } from '../waits.ts'
import type { Present } from './present.ts'

/** The session of an account with its server. */
export interface Session {
  readonly call: Call
  /** Whether it is over: anything between may say so, and it is when the server has signed it. */
  doubt(): Promise<boolean>
  end(): Promise<void>
}

interface Deps {
  readonly present: Pick<Present, 'token'>
  readonly address: ServerAddress
  readonly info: Pick<ServerInfo, 'pin'>
  readonly store: Store
  readonly questions: Questions
  readonly waits: Waits
  /** Nothing is asked in its name any more. */
  ended(): void
}

export const isSessionOver = ({ code }: SottoError): boolean =>
  code === 'session_expired' || code === 'unauthorized'

export const openSession = ({ present, address, info, store, questions, waits, ended }: Deps): Session => {
  const end = async (): Promise<void> => {
    if (present.token === null) return
    present.token = null
    ended()
    await store.commit([sessionRow.change(null)])
  }

  const judge = async (doubted: string): Promise<boolean> => {
    const pin = info.pin()
    if (!pin || !(await hasSessionEnded(address, pin.logKey, doubted))) return false
    if (present.token === doubted) await end()
    return true
  }
  let doubting: Promise<boolean> | null = null
  const doubt = (): Promise<boolean> =>
    present.token === null
      ? Promise.resolve(true)
      : (doubting ??= judge(present.token).finally(() => (doubting = null)))

  return {
    end,
    doubt,
    call: async (op, input) => {
      const { token } = present
      if (token === null) throw new SottoError('unauthorized')
      try {
        // What changes something goes on: nobody knows whether it has.
        const ask = op.method === 'GET' ? questions.answerOf : <T>(asked: Promise<T>): Promise<T> => asked
        return await waits.until(() => ask(address.transport.call(op, input, token)))
      } catch (error) {
        if (error instanceof SottoError && isSessionOver(error)) await doubt().catch(() => false)
        throw error
      }
    },
  }
}
