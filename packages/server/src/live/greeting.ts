import { type FailureCode, operations, type ServerFrame, SottoError } from '@sotto/protocol'
import type { Sessions } from '../authentication/sessions.ts'
import { tokenHash } from '../authentication/token.ts'
import { costOf } from '../budget/operationCosts.ts'
import { accountKey, type WorkBudget } from '../budget/work.ts'
import { deviceTopic, roomTopic, sessionTopic } from '../bus/bus.ts'
import type { Clock, ServerLimits } from '../configuration.ts'
import type { Delivery } from '../delivery/delivery.ts'
import type { DeviceCaller } from '../directory/keyPackages.ts'
import type { EventLog } from '../logging/eventLog.ts'
import { requireDevice } from './deviceCaller.ts'
import { makeEarlyEvents } from './early.ts'
import { hear } from './hearing.ts'
import { isClosed, type Line } from './line.ts'
import { failureOf } from './refused.ts'

export interface GreetingDependencies {
  readonly sessions: Pick<Sessions, 'authenticate'>
  readonly delivery: Pick<Delivery, 'places' | 'heads' | 'countWelcomes'>
  readonly clock: Clock
  readonly limits: Pick<ServerLimits, 'earlyEventsMax'>
  readonly log: EventLog
  readonly work: WorkBudget
}

const aboutSession: ReadonlySet<FailureCode> = new Set(['unauthorized', 'session_expired', 'device_unknown'])

/** Finds out whose socket it is, and has the account answer for what it holds and costs. */
const identify = async (
  line: Line,
  token: string,
  { sessions, work }: GreetingDependencies,
): Promise<DeviceCaller> => {
  // Listening first: a session that ends while it is looked up has ended for this socket, too.
  const hash = tokenHash(token)
  if (hash) line.topics.add(sessionTopic(hash))
  const caller = requireDevice(await sessions.authenticate(token))
  const key = accountKey(caller.account)
  for (const lease of line.leases) lease.belongTo(key)
  // A greeting lists the rooms.
  work.takeForAccount(key, costOf(operations.listRooms).baseUs)
  return caller
}

/** Where everything stands that concerns the device, which from now on hears how it goes on. */
const ready = async (
  line: Line,
  caller: DeviceCaller,
  { delivery, clock }: GreetingDependencies,
): Promise<ServerFrame> => {
  // What happens while the rooms are read is in the answer, or comes behind it.
  line.topics.add(deviceTopic(caller.device))
  for (const { room } of await delivery.places(caller)) line.topics.add(roomTopic(room))
  const heads = await delivery.heads(caller)
  const welcomes = await delivery.countWelcomes(caller)
  const { account, device } = caller
  return {
    kind: 'ready',
    account,
    device,
    timeMs: clock.nowMs(),
    heads: heads.map(({ head }) => head),
    welcomes,
  }
}

/** Only who knows that the session is no good is sent to sign in; trouble of ours passes. */
const turnAway = (line: Line, error: unknown): void => {
  const failure = failureOf(error)
  line.send({ kind: 'refused', requestId: null, ...failure })
  line.close(aboutSession.has(failure.code) ? 'session' : 'restart')
}

/** Lets a client in, or says why not. */
export const greet = async (line: Line, token: string, dependencies: GreetingDependencies): Promise<void> => {
  const { clock, limits, log } = dependencies
  const early = makeEarlyEvents(limits.earlyEventsMax)
  line.phase = { kind: 'greeting', early }
  try {
    const caller = await identify(line, token, dependencies)
    const frame = await ready(line, caller, dependencies)
    if (isClosed(line)) return
    line.phase = { kind: 'live', caller, renewedMs: clock.nowMs() }
    line.send(frame)
    for (const event of early.events) hear(line, event)
    const { account, device } = caller
    log.debug('socket_opened', { account, device })
    line.identified(account)
  } catch (error) {
    if (!(error instanceof SottoError)) log.failure(error)
    if (!isClosed(line)) turnAway(line, error)
  }
}
