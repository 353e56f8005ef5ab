import type { FailureCode } from '@sotto/protocol'
import { toHex } from '@sotto/protocol'
import type { Room } from '../room/room.ts'
import type { Phase, RoomState } from '../room/state.ts'
import type { RoomState as RoomStateView, RoomView } from '../view.ts'

/** A room as lists show it. */
export const roomView = (
  room: Room,
  isEntering: boolean,
  nameOf: (account: Uint8Array) => string | null,
): RoomView => {
  const { phase, face, draft } = room.state()
  return {
    id: room.id,
    name: face.name,
    state: stateView(phase, room.missing(), isEntering, nameOf),
    unread: face.unread,
    readSeq: face.readSeq,
    memberCount: face.memberCount,
    latest: face.latest && {
      sender: nameOf(face.latest.sender) ?? '',
      text: face.latest.text,
      timeMs: face.latest.timeMs,
    },
    draft,
  }
}

const stateView = (
  phase: Phase,
  missing: number,
  isEntering: boolean,
  nameOf: (account: Uint8Array) => string | null,
): RoomStateView => {
  switch (phase.kind) {
    case 'creating':
      return { kind: 'joining' }
    case 'invited':
      return isEntering
        ? { kind: 'joining' }
        : { kind: 'invited', inviter: phase.inviter && nameOf(phase.inviter), timeMs: phase.timeMs }
    case 'frozen':
      return { kind: 'frozen', code: phase.code satisfies FailureCode, rule: phase.rule }
    case 'removed':
      return { kind: 'removed' }
    case 'active':
    case 'leaving':
    case 'left':
      return missing > 0 ? { kind: 'behind', missing } : { kind: 'active' }
  }
}

/** Newest activity first; equal times in a fixed order. */
export const byActivity = (a: RoomState, b: RoomState): number =>
  b.face.activeMs - a.face.activeMs || (toHex(a.id) < toHex(b.id) ? -1 : 1)
