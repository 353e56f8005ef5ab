import { LaneError } from './failure.ts'
import { isEnded } from './line.ts'
import type { Patience } from './patience.ts'
import type { LanePorts } from './ports/index.ts'
import type { LaneStore } from './ports/store.ts'
import { type Credentials, logIn, restCall } from './rest.ts'

/** The account at the server: its token, and what is asked with it. */
export interface Session {
  /** `isFresh`: the one before is of no use any more. */
  token(isFresh: boolean): Promise<string>
  call(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown): Promise<unknown>
  readOnce(path: string): Promise<unknown>
  /** A reading that a session which has ended, or a wire that breaks, does not end. */
  read(path: string): Promise<unknown>
}

interface Deps {
  readonly transport: LanePorts['transport']
  readonly credentials: Credentials
  readonly store: LaneStore
  readonly patience: Patience
  /** Whether it is worth to go on asking. */
  isHopeful(): boolean
}

/** The last session of a program: it ends by itself, and says afterwards who was let in before. */
const sessionRow = 'session'

/** @throws LaneError `INVALID_CREDENTIALS`, `UNAUTHORIZED`, `OFFLINE` */
export const openSession = async (deps: Deps): Promise<Session> => {
  const { transport, credentials, store, patience } = deps
  const isProgram = credentials.kind === 'program'
  const logInAgain = async (): Promise<string> => {
    const session = await logIn(transport, credentials, store.get(sessionRow))
    // For the next login, of this program or of a later one. A power cut costs nothing but that.
    if (isProgram) store.write({ [sessionRow]: session }, 'program')
    return session
  }
  let token = await logInAgain()
  const call: Session['call'] = (method, path, body) =>
    restCall(transport, { method, path, token, ...(body === undefined ? {} : { body }) })
  const readAnew = async (path: string): Promise<unknown> => {
    try {
      return await call('GET', path)
    } catch (error) {
      const isOver = error instanceof LaneError && isEnded(error.code)
      if (!isOver || !isProgram) throw error
      token = await logInAgain()
      return call('GET', path)
    }
  }
  return {
    token: async (isFresh) => {
      if (isFresh) token = await logInAgain()
      return token
    },
    call,
    readOnce: (path) => call('GET', path),
    read: (path) => patience.persistently(() => readAnew(path), deps.isHopeful),
  }
}
