import { shownHookName } from '../hook/card.ts'
import { isOpenRoom } from '../content/openness.ts'
import { equalBytes, hookIdBytes, limits, shownTitle, toHex } from '@sotto/protocol'
import { policyOf, roleOf, roles } from '@sotto/trust'
import { offeredCommands } from '../room/offers.ts'
import { isOwnFault } from '../room/repair.ts'
import type { Room } from '../room/atWork.ts'
import { type Ended, endOf, type Phase, publicOf, type RoomState } from '../room/state.ts'
import type { Remedy, RoomState as RoomStateView, RoomView } from '../view.ts'

/** A room as lists show it. */
export const roomView = (
  room: Room,
  account: Uint8Array | undefined,
  isEntering: boolean,
  nameOf: (account: Uint8Array) => string | null,
): RoomView => {
  const { summary, draft, meta } = room.state()
  return {
    id: room.id,
    kind: 'encrypted',
    // Versions before NAME-2 stored the name as it came.
    name: shownTitle(summary.name, limits.roomNameCharactersMax),
    state: stateView(room, account, isEntering, nameOf),
    unread: summary.unread,
    readSeq: summary.readSeq,
    memberCount: summary.memberCount,
    latest: summary.latest && {
      ...authorOf(room.state(), summary.latest.sender, nameOf),
      text: summary.latest.text,
      timeMs: summary.latest.timeMs,
    },
    draft,
    isOpen: isOpenRoom(meta),
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
  return { by: 'hook', sender: known ? shownHookName(known.card) : '' }
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
  const end = endOf(room)
  if (end) return endView(end)
  switch (phase.kind) {
    case 'creating':
      return { kind: 'joining', kept: false }
    case 'invited': {
      const { inviter, timeMs } = phase
      const kept = phase.before.kind !== 'absent'
      return isEntering
        ? { kind: 'joining', kept }
        : { kind: 'invited', inviter: inviter && nameOf(inviter), timeMs, kept }
    }
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
    case 'active':
    case 'leaving':
    case 'parting':
    case 'left':
    case 'removed':
    case 'refounded':
    case 'absent':
      return missing > 0 ? { kind: 'behind', missing } : { kind: 'active' }
  }
}

const endView = (end: Ended): RoomStateView => {
  switch (end.kind) {
    case 'left':
    case 'removed':
      return { kind: end.kind }
    case 'refounded':
      return { kind: 'refounded', successor: toHex(end.successor) }
    // Nothing shows it; were it shown, it would be as one to be read.
    case 'absent':
      return { kind: 'left' }
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

const activeMs = ({ phase, summary }: RoomState): number =>
  phase.kind === 'invited' ? Math.max(phase.timeMs, summary.activeMs) : summary.activeMs

/** Newest activity first; equal times in a fixed order. */
export const byActivity = (a: RoomState, b: RoomState): number =>
  activeMs(b) - activeMs(a) || (toHex(a.id) < toHex(b.id) ? -1 : 1)
