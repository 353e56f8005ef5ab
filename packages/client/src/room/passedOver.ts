import { limits, type SottoError, toHex } from '@sotto/protocol'
import { numberIn } from './refusals.ts'
import { enterRepair } from './repair.ts'
import type { SendContext } from './sendContext.ts'
import { follows, type RoomState } from './state.ts'
import { stepped } from './step.ts'

/** The room has another epoch: the log tells what happened, and what is left is encrypted again. */
export const movedOn = (
  { runner, reader, proceed, holdBack }: Pick<SendContext, 'runner' | 'reader' | 'proceed' | 'holdBack'>,
  failure: SottoError,
): void => {
  const { cursor } = runner.state().place
  const head = numberIn(failure, 'head', cursor + 1)
  reader.hint(head)
  if (head > cursor) proceed()
  else holdBack(limits.retryDelayMinMs)
}

/**
 * The server has taken a message with this number or a higher one. If that was a later one of ours, the refused one
 * was put off and its number is gone: it gets another. If it was none that we know of, this device has been set
 * back to an earlier state and stops, before it uses a key twice.
 */
export const passedOver = async (
  { runner, session, holdBack }: Pick<SendContext, 'runner' | 'session' | 'holdBack'>,
  failure: SottoError,
  renew: (last: number) => Promise<void>,
): Promise<void> => {
  const last = numberIn(failure, 'lastCounter', Number.MAX_SAFE_INTEGER)
  const { place, outbox } = runner.state()
  const { promised, underWay } = session.now()
  const accepted = [...promised.values()].reduce(
    (most, { counter }) => Math.max(most, counter),
    place.acceptedCounter,
  )
  if (last <= accepted) return renew(last)
  const isOpen = outbox.some(
    ({ message, stage }) =>
      stage.kind === 'encrypted' && stage.counter === last && underWay.has(toHex(message)),
  )
  // Its acknowledgement is on the way.
  if (isOpen) return holdBack(limits.retryDelayMinMs)
  await runner.take((room) => stepped(setBack(room, last)))
}

/** Whoever comes in anew has fresh keys, and goes on above what the server has seen. */
const setBack = (room: RoomState, last: number): RoomState => {
  if (room.phase.kind === 'repairing')
    return {
      ...room,
      pending: null,
      place: { ...room.place, sendCounter: Math.max(room.place.sendCounter, last) },
    }
  return follows(room) ? enterRepair(room, 'client_rollback') : room
}
