import { SottoError } from '@sotto/protocol'
import type { Policy } from '@sotto/trust'
import type { Rooms } from '../sync/rooms.ts'
import type { Room } from './atWork.ts'
import { policyIn } from './state.ts'

/** The policy of a room in which something is to be changed. @throws SottoError `room_frozen`, `not_member` */
export const policyToChange = (room: Room): Policy => {
  const { phase } = room.state()
  if (phase.kind === 'frozen' || phase.kind === 'repairing') throw new SottoError('room_frozen')
  const policy = policyIn(room.state())
  if (phase.kind !== 'active' || !policy) throw new SottoError('not_member')
  return policy
}

/** @throws SottoError `room_unknown`, `room_frozen`, `not_member`, `identity_changed` */
export const roomToSpeakIn = (rooms: Pick<Rooms, 'get'>, id: string): Room => {
  const room = rooms.get(id)
  const { phase } = room.state()
  if (phase.kind === 'frozen') throw new SottoError('room_frozen')
  if (phase.kind !== 'active' && phase.kind !== 'repairing') throw new SottoError('not_member')
  if (room.isAlarmed()) throw new SottoError('identity_changed')
  return room
}
