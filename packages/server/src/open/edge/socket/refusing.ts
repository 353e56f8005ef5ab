import type { Clock } from '../../../configuration.ts'
import type { EventLog } from '../../../logging/eventLog.ts'
import { countedAs } from '../../accounts/owner.ts'
import { asRefusal, openFailureBody, OpenRefusal } from '../../failure.ts'
import type { Guest } from './guest.ts'

/** What a failure is called outside; one that is ours stands in the log. */
export const failureOf = (error: unknown, log: EventLog): OpenRefusal => {
  const refusal = asRefusal(error)
  if (refusal) return refusal
  log.failure(error, { operation: 'open' })
  return new OpenRefusal('INTERNAL')
}

export type Acknowledge = (answer: unknown) => void

export interface RefusingDependencies {
  readonly clock: Clock
  readonly log: EventLog
}

/** Says that an event was refused, to whoever listens for errors and to whoever waits for the answer. */
export const sayRefusal = (
  { caller, door }: Guest,
  event: string,
  refusal: OpenRefusal,
  acknowledge: Acknowledge | undefined,
  { clock, log }: RefusingDependencies,
): void => {
  const told = openFailureBody(refusal, clock.nowMs())
  door.emit('error', told)
  if (event === 'initiate_chat') door.emit('chat_error', told)
  log.count({ account: countedAs(caller.user) }, { code: refusal.code })
  acknowledge?.({ ok: false, ...told })
}
