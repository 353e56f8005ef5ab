import { SottoError } from '@sotto/protocol'
import type { Sessions } from '../authentication/sessions.ts'
import type { Clock, ServerLimits } from '../configuration.ts'
import type { DeviceCaller } from '../directory/keyPackages.ts'
import type { EventLog } from '../logging/eventLog.ts'
import { requireDevice } from './deviceCaller.ts'
import type { Line } from './line.ts'

export interface RenewalDependencies {
  readonly sessions: Pick<Sessions, 'renew' | 'isOver'>
  readonly clock: Clock
  readonly limits: Pick<ServerLimits, 'sessionIdleMs'>
  readonly log: EventLog
}

/** A use of the session is passed on when this part of the idle time has gone by. */
const renewalsPerIdleTime = 720

const renew = async (
  line: Line,
  caller: DeviceCaller,
  { sessions, log }: RenewalDependencies,
): Promise<void> => {
  try {
    const renewed = requireDevice(await sessions.renew(caller))
    if (line.phase.kind === 'live') line.phase = { ...line.phase, caller: renewed }
  } catch (error) {
    if (!(error instanceof SottoError)) log.failure(error)
    else if (error.code === 'session_expired' || error.code === 'unauthorized') line.close('session')
  }
}

/** Using a socket is using its session. */
export const noteUse = (line: Line, dependencies: RenewalDependencies): void => {
  const { clock, limits } = dependencies
  if (line.phase.kind !== 'live') return
  const { caller, renewedMs } = line.phase
  const nowMs = clock.nowMs()
  if (nowMs - renewedMs < limits.sessionIdleMs / renewalsPerIdleTime) return
  line.phase = { ...line.phase, renewedMs: nowMs }
  void renew(line, caller, dependencies)
}

/** Closes the socket if its session has ended by the clock. */
export const checkSession = async (line: Line, dependencies: RenewalDependencies): Promise<void> => {
  if (line.phase.kind !== 'live') return
  const { caller } = line.phase
  if (dependencies.sessions.isOver(caller)) await renew(line, caller, dependencies)
}
