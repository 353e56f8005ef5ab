import { userKey, type WorkBudget } from '../../../budget/work.ts'
import type { ServerLimits } from '../../../configuration.ts'
import type { Rate } from '../../../rate.ts'
import { countedAs } from '../../accounts/owner.ts'
import { OpenRefusal } from '../../failure.ts'
import { answerUs } from '../answerWork.ts'
import { readEvent } from '../codec.ts'
import type { Dispatch } from '../dispatch.ts'
import type { Asked } from '../events/handler.ts'
import { historyEvents } from '../events/roomEvents.ts'
import { charactersIn, workUsOf } from './eventWork.ts'
import type { Guest } from './guest.ts'
import { type Acknowledge, failureOf, type RefusingDependencies, sayRefusal } from './refusing.ts'

export interface AnsweringDependencies extends RefusingDependencies {
  readonly dispatch: Dispatch
  readonly rate: Rate
  readonly limits: Pick<ServerLimits, 'openHistoryCharactersMax'>
  readonly work: WorkBudget
}

const countWork = (
  { caller, address }: Guest,
  workUs: number,
  { log }: Pick<AnsweringDependencies, 'log'>,
): void => log.count({ account: countedAs(caller.user), address }, { workUs })

/** Answers an event to its socket alone; what a page of history has cost is known when it is made. */
const replyTo =
  (guest: Guest, event: string, dependencies: AnsweringDependencies): Asked['reply'] =>
  (told, answered) => {
    guest.door.emit(told, answered)
    if (!historyEvents.has(event)) return
    const workUs = answerUs(charactersIn(answered))
    countWork(guest, workUs, dependencies)
    dependencies.work.owe(userKey(guest.caller.user.id), workUs)
  }

/** Has an event done, and says what became of it. Never rejects. */
export const answerEvent = async (
  guest: Guest,
  json: string,
  acknowledge: Acknowledge | undefined,
  dependencies: AnsweringDependencies,
): Promise<void> => {
  const { dispatch, rate, clock, limits, log, work } = dependencies
  const { caller, door } = guest
  const { id: user } = caller.user
  let asked = ''
  log.count({ account: countedAs(caller.user) }, { requests: 1, bytes: json.length })
  // Who does not read the answers is not asked for more questions.
  let done = await door.whenOpen(0)
  try {
    rate.take(String(user))
    const { name, payloads } = readEvent(json)
    asked = name
    const [payload, ...others] = payloads
    if (others.length > 0) throw new OpenRefusal('PAYLOAD_INVALID')
    const workUs = workUsOf(name, json.length)
    countWork(guest, workUs, dependencies)
    work.takeForAccount(userKey(user), workUs)
    if (historyEvents.has(name)) done = await door.whenOpen(limits.openHistoryCharactersMax)
    const reply = replyTo(guest, name, dependencies)
    const said = await dispatch(name, payload, { caller: guest.caller, reply })
    acknowledge?.({ ok: true, timestamp: new Date(clock.nowMs()).toISOString(), ...said })
  } catch (error) {
    sayRefusal(guest, asked, failureOf(error, log), acknowledge, dependencies)
  }
  done()
}
