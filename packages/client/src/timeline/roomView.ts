import { equalBytes, hookIdBytes, toHex } from '@sotto/protocol'
import { policyOf, roleOf, roles } from '@sotto/trust'
import { offeredCommands } from '../room/offers.ts'
import { isOwnFault } from '../room/repair.ts'
import type { Room } from '../room/room.ts'
import { type Phase, publicOf, type RoomState } from '../room/state.ts'
import type { Remedy, RoomState as RoomStateView, RoomView } from '../view.ts'

/** A room as lists show it. */
export const roomView = (
  room: Room,
  account: Uint8Array | undefined,
  isEntering: boolean,
  nameOf: (account: Uint8Array) => string | null,
): RoomView => {
  const { face, draft } = room.state()
  return {
    id: room.id,
    name: face.name,
    state: stateView(room, account, isEntering, nameOf),
    unread: face.unread,
    readSeq: face.readSeq,
    memberCount: face.memberCount,
    latest: face.latest && {
      ...authorOf(room.state(), face.latest.sender, nameOf),
      text: face.latest.text,
      timeMs: face.latest.timeMs,
    },
    draft,
    commands: offeredCommands(room.state(), nameOf),
  }
}

/** An account, or a hook, by the length of its id. */
const authorOf = (
  { hooks }: RoomState,
  sender: Uint8Array,
  nameOf: (account: Uint8Array) => string | null,
): Pick<NonNullable<RoomView['latest']>, 'by' | 'sender'> => {
  if (sender.length !== hookIdBytes) return { by: 'person', sender: nameOf(sender) ?? '' }
  const known = hooks.find(({ hook }) => equalBytes(hook, sender))
  return { by: 'hook', sender: known?.card.name ?? '' }
}

const stateView = (
  at: Room,
  account: Uint8Array | undefined,
  isEntering: boolean,
  nameOf: (account: Uint8Array) => string | null,
): RoomStateView => {
  const room = at.state()
  const missing = at.missing()
  const { phase } = room
  switch (phase.kind) {
    case 'creating':
      return { kind: 'joining' }
    case 'invited':
      return isEntering
        ? { kind: 'joining' }
        : { kind: 'invited', inviter: phase.inviter && nameOf(phase.inviter), timeMs: phase.timeMs }
    case 'frozen':
      return {
        kind: 'frozen',
        code: phase.code,
        rule: phase.rule,
        remedy: remedyOf(room, phase, account),
        handedBack: phase.code === 'server_rollback' ? at.handedBack() : null,
      }
    case 'repairing': {
      const { code, rule, asked } = phase
      return { kind: 'repairing', code, rule, step: missing > 0 ? 'reading' : asked ? 'asking' : 'rejoining' }
    }
    case 'refounded':
      return { kind: 'refounded', successor: toHex(phase.successor) }
    case 'removed':
      return { kind: 'removed' }
    case 'active':
    case 'leaving':
    case 'left':
      return missing > 0 ? { kind: 'behind', missing } : { kind: 'active' }
  }
}

const remedyOf = (
  room: RoomState,
  { code, rule }: Extract<Phase, { kind: 'frozen' }>,
  account: Uint8Array | undefined,
): Remedy => {
  if (isOwnFault(code, rule)) return 'rejoin'
  const group = publicOf(room)
  const policy = group && policyOf(group.context)
  const isOwner =
    policy?.kind === 'ok' && account !== undefined && roleOf(policy.value, account) === roles.owner
  if (code === 'server_rollback') return isOwner ? 'wait_or_refound' : 'wait'
  return isOwner ? 'refound' : 'ask_owner'
}

/** Newest activity first; equal times in a fixed order. */
export const byActivity = (a: RoomState, b: RoomState): number =>
  b.face.activeMs - a.face.activeMs || (toHex(a.id) < toHex(b.id) ? -1 : 1)
