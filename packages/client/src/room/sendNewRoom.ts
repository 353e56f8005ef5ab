import { operations } from '@sotto/protocol'
import { nameOf } from '../content/meta.ts'
import { isOpenRoom } from '../content/openness.ts'
import { isTransient, isTooLargeOnTheWay } from '../transient.ts'
import { confirmRoom } from './newRoom.ts'
import { moved } from './move.ts'
import { failureOf, retryDelayMs } from './refusals.ts'
import type { SendContext } from './sendContext.ts'
import { policyIn, type RoomState } from './state.ts'
import { stepped } from './step.ts'

/** A room that continues another takes its place at the open door afterwards: it is the other's until then. */
const openNameOf = (room: RoomState): string | null =>
  isOpenRoom(room.meta) && policyIn(room)?.predecessor === null ? nameOf(room.meta) : null

/** Has the server open the log of a room that was made here. */
export const sendNewRoom = async (sending: SendContext): Promise<void> => {
  const { tools, line, runner } = sending
  const { id, phase } = runner.state()
  if (phase.kind !== 'creating') return
  try {
    const { groupInfo, tree, meta } = phase
    const open = openNameOf(runner.state())
    const { ack } = await line.call(operations.createRoom, { room: id, groupInfo, tree, meta, open })
    await sending.verified(ack)
    await runner.take((room) => confirmRoom(tools, room, ack))
  } catch (error) {
    const failure = failureOf(error)
    if (failure.code !== 'quota' && isTransient(failure) && !isTooLargeOnTheWay(failure))
      return sending.holdBack(retryDelayMs(failure))
    sending.notCreated(failure)
    await runner.take((room) => stepped(moved(room, { kind: 'create_refused' })))
  }
}
