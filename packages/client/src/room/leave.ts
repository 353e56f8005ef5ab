import { propose } from '@sotto/mls'
import { declinedExtension, entryKinds } from '@sotto/protocol'
import { type Asked, attempt } from './attempt.ts'
import { moved } from './move.ts'
import { counted, envelopeFor, epochOf } from './send.ts'
import type { Pending, RoomState } from './state.ts'
import { type Step, type Stepped, stepped } from './step.ts'
import type { Tools } from './tools.ts'

/** Asks the others to take this device's leaf out. */
export const stageLeave = async (
  tools: Tools,
  room: RoomState,
  timeS: number,
  asked: Asked,
): Promise<Step> => {
  const { group } = room
  if (!group) return stepped(room)
  const messageId = tools.provider.random(16)
  const extension = room.phase.kind === 'parting' && room.phase.isDeclined ? declinedExtension : null
  const tried = await attempt(tools, timeS, asked, (engine) =>
    propose(
      engine,
      group,
      { kind: 'remove', removed: group.ownLeaf },
      { authenticatedData: envelopeFor(room, entryKinds.proposal, messageId, extension) },
    ),
  )
  if (tried.kind === 'needs') return tried
  if (tried.kind === 'refused') {
    const { rule } = tried
    return { ...stayAfterAll(room), told: [{ kind: 'leave_refused', rule }] }
  }
  const { message, consumed } = tried.value
  const pending: Pending = {
    kind: 'proposal',
    counter: room.place.sendCounter + 1,
    message,
    messageHash: tools.provider.hash('SHA-256', message),
    attachment: null,
    epoch: epochOf(group),
    intents: [],
    events: [],
    meta: null,
    staged: null,
  }
  return stepped({ ...room, pending, place: counted(room.place) }, { consumed })
}

/** Leaving is not allowed: the room is as it was. */
export const stayAfterAll = (room: RoomState): Stepped => stepped(moved(room, { kind: 'leave_refused' }))
