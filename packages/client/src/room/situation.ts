import { leaves } from '@sotto/mls'
import { identityOf } from '@sotto/trust'
import type { Situation } from './decide.ts'
import { leaversIn } from './leavers.ts'
import type { RoomParts } from './parts.ts'
import type { RoomState } from './state.ts'

/** The time that the next entry of the log will have: it never falls, although the server's clock may. */
export const nextMs = ({ deps, runner }: Pick<RoomParts, 'deps' | 'runner'>): number =>
  Math.max(deps.timeMs(), runner.state().place.timeMs)

/** Whether a member of the room is not who it was. */
export const isAlarmed = ({ contacts, tools }: RoomParts['deps'], room: RoomState): boolean => {
  if (!room.group || !contacts.hasAlarms()) return false
  for (const [, leaf] of leaves(room.group.public.tree)) {
    const identity = identityOf(leaf)
    if (identity && tools.find(identity.account)?.alarm) return true
  }
  return false
}

/** Whether somebody has asked to leave, and this device has not yet tried in vain to commit it. */
export const areOthersLeaving = ({
  deps,
  runner,
  turns,
}: Pick<RoomParts, 'deps' | 'runner' | 'turns'>): boolean => {
  const { phase, group, pending } = runner.state()
  if (phase.kind !== 'active' || !group || !deps.line.isOnline()) return false
  return (pending !== null || turns.isOpen()) && leaversIn(group).length > 0
}

/** What lies outside of the stored state and decides what can be done now. */
export const situationOf = (parts: Omit<RoomParts, 'outcomes' | 'take' | 'holdBack'>): Situation => {
  const { deps, session, runner, reader, turns, filling, metaKeeper, hookKeeper, worstDead } = parts
  const { hold, sending, addsAtOnce } = session.now()
  const nowMs = deps.scheduler.nowMs()
  return {
    online: deps.line.isOnline(),
    synced: deps.line.isSynced(),
    head: reader.head(),
    underWay: sending.underWay,
    holdingBack: nowMs < hold.allMs,
    crowdedOut: nowMs < hold.messagesMs,
    window: sending.isTrusted ? deps.sendWindow.size(nowMs) : 1,
    alarmed: isAlarmed(deps, runner.state()),
    onDuty: turns.isOpen(),
    dead: worstDead(runner.state()),
    clockMs: deps.timeMs(),
    timeMs: nextMs(parts),
    account: deps.tools.account,
    doubted: hookKeeper.doubted(),
    together: addsAtOnce,
    filling: filling.isDue(),
    metaDue: metaKeeper.isDue(),
  }
}
