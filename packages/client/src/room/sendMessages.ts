import { limits, type SottoError, toHex } from '@sotto/protocol'
import { isTransient } from '../transient.ts'
import { movedOn, passedOver } from './passedOver.ts'
import { failureOf, retryDelayMs } from './refusals.ts'
import { failItem, outboxItem, requeue } from './send.ts'
import type { SendContext } from './sendContext.ts'
import { crowdedOutOf, departed, promisedFor, returned, trusted } from './sending.ts'
import type { OutboxItem, RoomState } from './state.ts'
import { type Stepped, stepped } from './step.ts'

/** Sends messages that are encrypted, all at once; what becomes of each is a step of its own. */
export const sendMessages = (sending: SendContext, items: readonly OutboxItem[]): void => {
  sending.session.change((now) =>
    departed(
      now,
      items.map(({ message }) => toHex(message)),
    ),
  )
  for (const item of items) sendOne(sending, item).catch(() => sending.holdBack(limits.retryDelayMinMs))
}

const sendOne = async (sending: SendContext, item: OutboxItem): Promise<void> => {
  const { line, runner, session } = sending
  const { stage } = item
  if (stage.kind !== 'encrypted') return
  try {
    const ack = await sending.verified(await line.submit(runner.state().id, stage.bytes))
    session.change(trusted)
    if (!outboxItem(runner.state(), item.message)) return
    const promise = { seq: ack.seq, timeMs: ack.timeMs, hash: ack.hash, counter: stage.counter }
    session.change((now) => promisedFor(now, toHex(item.message), promise))
    sending.told(item.message)
    sending.checkPromises(runner.state())
    sending.proceed()
  } catch (error) {
    await refused(sending, item, stage.counter, failureOf(error))
  }
}

const refused = async (
  sending: SendContext,
  item: OutboxItem,
  counter: number,
  failure: SottoError,
): Promise<void> => {
  const { runner, session } = sending
  const now = outboxItem(runner.state(), item.message)?.stage
  // What was encrypted again meanwhile is not concerned by the answer to its earlier form.
  if (now?.kind !== 'encrypted' || now.counter !== counter) return sending.proceed()
  session.change((before) => returned(before, toHex(item.message)))
  if (failure.code === 'rate') sending.slowDown()
  if (failure.code === 'quota') {
    tellNoSpace(sending, item.message, failure)
    return sending.crowdedOut(retryDelayMs(failure))
  }
  if (isTransient(failure)) return sending.holdBack(retryDelayMs(failure))
  switch (failure.code) {
    case 'stale_epoch':
      return movedOn(sending, failure)
    case 'client_rollback':
      return passedOver(sending, failure, (last) => runner.take((room) => renumbered(room, last)))
    case 'fork':
      return sending.reader.freeze('fork')
    default:
      return runner.take((room) => failItem(room, item.message, failure.code))
  }
}

/** What was encrypted with a number that has passed gets another. */
const renumbered = (room: RoomState, last: number): Stepped =>
  stepped({
    ...room,
    outbox: requeue(room.outbox, ({ stage }) => stage.kind === 'encrypted' && stage.counter <= last),
  })

const tellNoSpace = (sending: SendContext, message: Uint8Array, { detail }: SottoError): void => {
  const { scope } = detail
  const owner = scope === 'account' || scope === 'room' ? scope : 'server'
  const id = toHex(message)
  if (sending.session.now().noSpace.get(id) === owner) return
  sending.session.change((now) => crowdedOutOf(now, id, owner))
  sending.told(message)
}
