import type { Clock } from '../../../configuration.ts'
import type { EventLog } from '../../../logging/eventLog.ts'
import type { OpenSessions } from '../../accounts/sessions.ts'
import type { Guest } from './guest.ts'
import { failureOf } from './refusing.ts'

export interface SessionDependencies {
  readonly sessions: Pick<OpenSessions, 'renew'>
  readonly clock: Clock
  readonly log: EventLog
}

/** A session is looked up again after this time, or at once where it should have ended. */
const renewAfterMs = 60_000

/** What says that a session is over; a store that cannot be asked has not said so. */
const endOfSession: ReadonlySet<string> = new Set(['UNAUTHORIZED', 'SESSION_EXPIRED', 'ACCOUNT_SUSPENDED'])

/** Looks whether the session of a socket still holds, and lets go of the socket where it does not. */
export const checkSession = async (
  guest: Guest,
  { sessions, clock, log }: SessionDependencies,
): Promise<void> => {
  const nowMs = clock.nowMs()
  if (nowMs - guest.renewedMs < renewAfterMs && nowMs < guest.caller.expiresMs) return
  try {
    guest.caller = await sessions.renew(guest.caller)
    guest.renewedMs = nowMs
  } catch (error) {
    const refusal = failureOf(error, log)
    if (endOfSession.has(refusal.code)) guest.close(refusal)
  }
}
