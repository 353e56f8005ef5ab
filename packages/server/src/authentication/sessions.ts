import { type Session, SottoError } from '@sotto/protocol'
import { type Bus, sessionTopic } from '../bus/bus.ts'
import type { ServerLimits } from '../configuration.ts'
import type { EventLog } from '../logging/eventLog.ts'
import type { SteadyClock } from '../steadyClock.ts'
import type { AuthenticationStore, StoredSession } from './store.ts'
import { makeToken, tokenHash } from './token.ts'

/** Who is asking, after the token has been checked. */
export interface Caller extends Session {
  readonly tokenHash: Uint8Array
}

export interface Sessions {
  open(
    account: Uint8Array,
    device: Uint8Array | null,
    name: string,
  ): Promise<{ token: string; session: Session }>
  /** @throws SottoError `unauthorized`, `session_expired` */
  authenticate(token: string): Promise<Caller>
  /** The same session after use; the use is noted from time to time. @throws SottoError `session_expired` */
  renew(caller: Caller): Promise<Caller>
  isOver(caller: Caller): boolean
  /** Whether there is no session with this token hash, or not any more. */
  hasEnded(tokenHash: Uint8Array): Promise<boolean>
  end(caller: Caller): Promise<void>
  /** Tells everybody who acts for these sessions that they have ended. */
  announceEnd(tokenHashes: readonly Uint8Array[]): void
}

interface Dependencies {
  readonly store: Pick<AuthenticationStore, 'openSession' | 'session' | 'touchSession' | 'endSession'>
  readonly bus: Bus
  readonly clock: SteadyClock
  readonly limits: ServerLimits
  readonly log: EventLog
}

/** A use is noted when this part of the idle time has passed since the last that was: 1 minute of 12 hours. */
const touchesPerIdleTime = 720

export const makeSessions = ({ store, bus, clock, limits, log }: Dependencies): Sessions => {
  const expiresMs = ({ createdMs, usedMs }: Pick<StoredSession, 'createdMs' | 'usedMs'>): number =>
    Math.min(usedMs + limits.sessionIdleMs, createdMs + limits.sessionAbsoluteMs)

  const announceEnd: Sessions['announceEnd'] = (tokenHashes) => {
    for (const ended of tokenHashes)
      bus.publish(sessionTopic(ended), { kind: 'session_ended', tokenHash: ended })
  }

  /** Who only reads must not be turned away because nothing can be written. */
  const noteUse = async (hash: Uint8Array, nowMs: number): Promise<boolean> => {
    try {
      await store.touchSession(hash, nowMs)
      return true
    } catch (error) {
      if (error instanceof SottoError && error.code === 'read_only') return false
      throw error
    }
  }

  const current = async (hash: Uint8Array): Promise<Caller> => {
    const stored = await store.session(hash)
    if (!stored) throw new SottoError('unauthorized')
    const nowMs = clock.nowMs()
    if (expiresMs(stored) <= nowMs) {
      if (clock.mayExpire()) await store.endSession(hash)
      announceEnd([hash])
      throw new SottoError('session_expired')
    }
    const { account, device, name, createdMs } = stored
    const isDue = nowMs - stored.usedMs >= limits.sessionIdleMs / touchesPerIdleTime
    const isNoted = isDue && (await noteUse(hash, nowMs))
    const usedMs = isNoted ? nowMs : stored.usedMs
    return { tokenHash: hash, account, device, name, expiresMs: expiresMs({ createdMs, usedMs }) }
  }

  return {
    open: async (account, device, name) => {
      const token = makeToken()
      const nowMs = clock.nowMs()
      const session = { tokenHash: token.hash, account, device, createdMs: nowMs, usedMs: nowMs }
      announceEnd(await store.openSession(session, limits.sessionsPerAccountMax))
      return { token: token.text, session: { account, device, name, expiresMs: expiresMs(session) } }
    },
    authenticate: async (token) => {
      const hash = tokenHash(token)
      if (!hash) throw new SottoError('unauthorized')
      return current(hash)
    },
    renew: (caller) => current(caller.tokenHash),
    isOver: (caller) => caller.expiresMs <= clock.nowMs(),
    hasEnded: async (hash) => {
      const stored = await store.session(hash)
      return !stored || expiresMs(stored) <= clock.nowMs()
    },
    end: async (caller) => {
      await store.endSession(caller.tokenHash)
      announceEnd([caller.tokenHash])
      log.info('logout', { account: caller.account, device: caller.device })
    },
    announceEnd,
  }
}
