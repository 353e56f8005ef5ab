import { equalBytes, toHex } from '@sotto/protocol'
import { may } from '@sotto/trust'
import { isOpenRoom, letsIn } from '../content/openness.ts'
import { isMetaKnown } from '../room/metadata.ts'
import { accountsIn } from '../room/places.ts'
import { policyIn, type RoomState } from '../room/state.ts'

/** Whether this device brings people in who ask. */
export const keepsDoor = (room: RoomState, account: Uint8Array): boolean => {
  const policy = policyIn(room)
  return (
    room.phase.kind === 'active' &&
    policy !== undefined &&
    may(policy, account, 'invite') &&
    isMetaKnown(room) &&
    isOpenRoom(room.meta)
  )
}

/** Those of the askers whom the room lets in and who are neither in nor on the way. */
export const toBringIn = (room: RoomState, askers: readonly Uint8Array[]): readonly Uint8Array[] => {
  if (!room.group) return []
  const inside = accountsIn(room.group.public)
  const isUnderWay = (account: Uint8Array): boolean =>
    room.intents.some((intent) => 'account' in intent && equalBytes(intent.account, account))
  return askers.filter(
    (account) => !inside.has(toHex(account)) && !isUnderWay(account) && letsIn(room.meta, account),
  )
}
