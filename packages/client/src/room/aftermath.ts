import { operations } from '@sotto/protocol'
import { forkTagOf } from './forkTag.ts'
import type { RoomParts } from './parts.ts'
import { isAsking, retryRepair } from './repair.ts'
import { epochOf } from './send.ts'
import { raced } from './session.ts'
import { settledBy } from './settled.ts'
import { areOthersLeaving } from './situation.ts'
import type { RoomState } from './state.ts'
import { stepped, type Told } from './step.ts'

/** How long others have time to bring this device in before it asks once more. */
const askAgainMs = 10 * 60_000

/** What follows from a step that is stored: what was on its way is settled, it is told, and it is decided what comes next. */
export const afterStep = (
  parts: RoomParts,
  before: RoomState,
  room: RoomState,
  told: readonly Told[],
): void => {
  parts.sender.settle(before, room)
  if (before.group?.public.context.epoch !== room.group?.public.context.epoch) parts.turns.begin()
  noteRace(parts, before, room)
  if (isAsking(room) && !isAsking(before)) askAgainLater(parts)
  if (room.group && before.group !== room.group && before.place.epoch !== room.place.epoch) tellForkTag(parts)
  parts.deps.changed(room, told)
  settleWaits(parts, before, told)
  parts.proceed()
}

/** Another commit was first: a moment of chance, so that the same members do not race again. */
const noteRace = (
  { session, timers, holdBack }: Pick<RoomParts, 'session' | 'timers' | 'holdBack'>,
  { pending }: RoomState,
  after: RoomState,
): void => {
  if (!pending || after.pending || pending.intents.length === 0) return
  const isLost = after.intents.some(({ id }) => pending.intents.includes(id))
  session.change((now) => raced(now, isLost))
  if (isLost) holdBack(timers.between(0, Math.min(50 * 2 ** session.now().racesLost, 5000)))
}

/** Nobody has helped so far: it is tried from outside again, and asked again. */
export const askAgainLater = ({ timers, take }: Pick<RoomParts, 'timers' | 'take'>): void =>
  timers.after(askAgainMs, () => {
    take((room) => stepped(isAsking(room) ? retryRepair(room) : room)).catch(() => {})
  })

/** Tells those who wait what has become of it. */
const settleWaits = (parts: RoomParts, before: RoomState, told: readonly Told[]): void => {
  const { outcomes, session, runner } = parts
  const looked = {
    before,
    room: runner.state(),
    told,
    refused: session.now().createRefused,
    areOthersLeaving: areOthersLeaving(parts),
  }
  for (const { key, failure } of settledBy(outcomes.waiting(), looked))
    if (failure) outcomes.failed(key, failure)
    else outcomes.done(key)
}

/** For diagnosis only: members of one epoch whose tags differ have been led apart (REC-7). */
const tellForkTag = ({ deps, runner }: Pick<RoomParts, 'deps' | 'runner'>): void => {
  const { id, group } = runner.state()
  if (!group || !deps.line.isOnline()) return
  const tag = forkTagOf(deps.tools, group)
  deps.line.call(operations.writeForkTag, { room: id, epoch: epochOf(group), tag }).catch(() => {})
}
