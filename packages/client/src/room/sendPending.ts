import { type Acknowledgement, limits, operations, type SottoError } from '@sotto/protocol'
import { isTransient } from '../transient.ts'
import { unclaimed } from './claim.ts'
import { dropPending, renewPending } from './intents.ts'
import { movedOn, passedOver } from './passedOver.ts'
import { areSpent, failureOf, isFinal, numberIn, retryDelayMs } from './refusals.ts'
import { askOthers, freezeExhausted } from './repair.ts'
import type { SendContext } from './sendContext.ts'
import { departed, pendingId, reclaimedFor, returned, takenByServer } from './sending.ts'
import type { Pending } from './state.ts'
import { stepped } from './step.ts'

/** Sends the commit or proposal that is stored. */
export const sendPending = async (sending: SendContext, pending: Pending): Promise<void> => {
  const { session, reader } = sending
  session.change((now) => departed(now, [pendingId]))
  try {
    const ack = await sending.verified(await send(sending, pending))
    session.change((now) => takenByServer(now, pending))
    reader.hint(ack.seq)
    sending.proceed()
  } catch (error) {
    await refused(sending, pending, failureOf(error))
  }
}

const send = async (
  { runner, line }: Pick<SendContext, 'runner' | 'line'>,
  { kind, message, attachment: aux }: Pending,
): Promise<Acknowledgement> => {
  const room = runner.state().id
  switch (kind) {
    case 'commit':
      return (await line.call(operations.submitMessage, { room, message, aux })).ack
    case 'proposal':
      return line.submit(room, message)
  }
}

const refused = async (sending: SendContext, pending: Pending, failure: SottoError): Promise<void> => {
  const { runner, session } = sending
  if (runner.state().pending !== pending) return sending.proceed()
  session.change((now) => returned(now, pendingId))
  const { intents } = pending
  const fresh = areSpent(failure) ? intents.filter((id) => !session.now().reclaimed.has(id)) : []
  if (fresh.length > 0) {
    session.change((now) => reclaimedFor(now, fresh))
    return runner.take((room) => renewPending(unclaimed(room, fresh)))
  }
  // One among several spoils it for the others: half of them, then.
  if (intents.length > 1 && isFinal(failure)) {
    sending.divided(Math.ceil(intents.length / 2))
    return runner.take(renewPending)
  }
  // It has come in too often today; to ask every few seconds changes nothing.
  const waitMs = failure.code === 'rate' ? numberIn(failure, 'retryAfterMs', 0) : 0
  if (runner.state().phase.kind === 'repairing' && waitMs > limits.rejoinWaitMaxMs)
    return runner.take((room) => stepped(freezeExhausted(room)))
  // Nothing is stored of what only adds: who asked for it is told, and may want something else meanwhile.
  if (failure.code !== 'quota' && isTransient(failure) && !isFinal(failure))
    return sending.holdBack(retryDelayMs(failure))
  return refusedForGood(sending, pending, failure)
}

const refusedForGood = async (sending: SendContext, pending: Pending, failure: SottoError): Promise<void> => {
  const { runner, tools } = sending
  switch (failure.code) {
    case 'stale_epoch':
      return movedOn(sending, failure)
    case 'client_rollback':
      return passedOver(sending, failure, () => runner.take(renewPending))
    case 'fork':
      return sending.reader.freeze('fork')
    default:
      if (runner.state().phase.kind === 'repairing')
        return runner.take((room) => stepped(askOthers(tools, room)))
      if (pending.kind === 'proposal') sending.leaveRefused(failure)
      // The one is found: the others go together again.
      sending.divided(limits.addsPerCommitMax)
      return runner.take((room) => dropPending(room, failure.code, failure.detail))
  }
}
