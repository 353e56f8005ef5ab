import { linesProblem } from '@sotto/protocol'
import type { Clock, ServerLimits } from '../../configuration.ts'
import { type Quota, spending } from '../../quota/quota.ts'
import { ownerOf } from '../accounts/owner.ts'
import { OpenRefusal, refuse } from '../failure.ts'
import type { OpenRoom, OpenUser, RoomStore } from '../store.ts'
import { nameOf, publicName } from './roomName.ts'

export interface WantedRoom {
  readonly name: string
  readonly description: string
  readonly isPrivate: boolean
}

interface Dependencies {
  readonly store: Pick<RoomStore, 'create'>
  readonly quota: Quota
  readonly clock: Clock
  readonly limits: ServerLimits
}

/** What a room takes beside its description. */
const roomBytes = 1024

/** @throws OpenRefusal as `create` of rooms says */
export const createRoom = async (
  { store, quota, clock, limits }: Dependencies,
  creator: OpenUser,
  { name: given, description, isPrivate }: WantedRoom,
): Promise<OpenRoom> => {
  const name = nameOf(given, limits.roomNameCharactersMax)
  const problem = linesProblem(description, description.length)
  if (problem) throw new OpenRefusal('PAYLOAD_INVALID', { reason: problem, field: 'description' })
  const uniqueName = isPrivate ? `private/${creator.id}/${name.toLowerCase()}` : publicName(name)
  const room = { name, description, creator: creator.id, createdMs: clock.nowMs(), isPrivate, uniqueName }
  const reserved = await quota.reserve([
    { scope: 'account', owner: ownerOf(creator), bytes: roomBytes + description.length },
  ])
  const made = await spending(reserved, (charges) =>
    store.create(room, limits.openRoomsPerAccountMax, charges),
  )
  if (typeof made === 'string') reserved.giveBack()
  switch (made) {
    case 'taken':
      return refuse('ROOM_EXISTS')
    case 'too_many':
      return refuse('ROOM_LIMIT')
    default:
      return made
  }
}
