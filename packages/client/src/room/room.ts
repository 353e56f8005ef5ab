import { toHex } from '@sotto/protocol'
import { cellOf, partOf } from '../cell.ts'
import { makeDraftKeeper } from '../draft/keeper.ts'
import { openOutcomes } from '../outcomes.ts'
import { afterStep, askAgainLater } from './aftermath.ts'
import type { Room, RoomDeps } from './atWork.ts'
import { watchForDead } from './deadWatch.ts'
import { type Action, decide } from './decide.ts'
import { perform } from './effects.ts'
import { fillInTime } from './filling.ts'
import { makeHookKeeper } from './hookKeeper.ts'
import { stayAfterAll } from './leave.ts'
import { makeMetaKeeper } from './metadata.ts'
import type { RoomParts } from './parts.ts'
import { makeReader } from './reader.ts'
import { isAsking } from './repair.ts'
import { requestsOf } from './requests.ts'
import { runRoom } from './runner.ts'
import { makeSender } from './sender.ts'
import { heldUntil, releasedAt, sessionAtFirst, withoutFailures } from './session.ts'
import type { RoomWait } from './settled.ts'
import { situationOf } from './situation.ts'
import type { RoomState } from './state.ts'
import { openTimers } from './timers.ts'
import { takeTurns } from './turns.ts'
import { makeWorkLoop } from './workLoop.ts'

/** How long the push of an entry may take after its acknowledgement, before the log is asked for it. */
const pushDelayMs = 1000

/** Opens a room: what happens to it is a step (`runner.ts`), and what is to be done next is decided after each (`decide.ts`). */
export const openRoom = (deps: RoomDeps, initial: RoomState, isStored: boolean): Room => {
  const parts = partsOf(deps, initial, isStored)
  if (isAsking(initial)) askAgainLater(parts)
  return { id: toHex(initial.id), ...requestsOf(parts) }
}

const partsOf = (deps: RoomDeps, initial: RoomState, isStored: boolean): RoomParts => {
  const { tools, line, scheduler, store, contacts, halt } = deps
  const session = cellOf(sessionAtFirst)
  const timers = openTimers(scheduler, tools.provider)
  const outcomes = openOutcomes<RoomWait>()
  const proceed = (): void => loop.proceed()
  const due = proceed

  const runner = runRoom(
    { store, contacts, halt, applied: (before, room, told) => afterStep(parts, before, room, told) },
    initial,
    isStored,
  )
  const take: RoomParts['take'] = async (step) => {
    await runner.take(step)
    session.change(withoutFailures)
  }
  const holdBack: RoomParts['holdBack'] = (delayMs, what = 'allMs') => {
    const untilMs = scheduler.nowMs() + delayMs
    session.change((now) => heldUntil(now, what, untilMs))
    // A timer may fire a little before its time; it must not be the last to ask.
    timers.after(delayMs, () => {
      session.change((now) => releasedAt(now, what, untilMs))
      proceed()
    })
  }
  const reader = makeReader(runner, {
    ...deps,
    session: partOf(session, 'reading'),
    restoring: partOf(session, 'restoring'),
  })
  const sender = makeSender({
    tools,
    line,
    runner,
    reader,
    session: partOf(session, 'sending'),
    holdBack,
    crowdedOut: (delayMs) => holdBack(delayMs, 'messagesMs'),
    slowDown: () => deps.sendWindow.slowDown(scheduler.nowMs()),
    told: (message) => tellOf(parts, message),
    proceed,
    divided: (addsAtOnce) => session.change((now) => ({ ...now, addsAtOnce })),
    notCreated: (createRefused) => session.change((now) => ({ ...now, createRefused })),
    leaveRefused: (failure) => {
      take((room) => stayAfterAll(room)).catch(() => {})
      outcomes.failed('left', failure)
    },
  })
  const turns = takeTurns({ session: partOf(session, 'turns'), timers, due })
  const { state } = runner
  const parts: RoomParts = {
    deps,
    session,
    outcomes,
    timers,
    runner,
    reader,
    sender,
    turns,
    filling: fillInTime({ session: partOf(session, 'filling'), timers, isOnline: line.isOnline, due }),
    metaKeeper: makeMetaKeeper({ tools, line, state, take, asked: partOf(session, 'metaAskedEpoch') }),
    hookKeeper: makeHookKeeper({
      tools,
      line,
      state,
      take,
      timeMs: deps.timeMs,
      isDue: turns.wish,
      inDoubt: partOf(session, 'hooksInDoubt'),
      refused: (hook, failure) => outcomes.failed(`hook ${hook}`, failure),
    }),
    draftKeeper: makeDraftKeeper({ session: partOf(session, 'draft'), outcomes, timers, scheduler, take }),
    worstDead: watchForDead(tools, contacts),
    take,
    holdBack,
    proceed,
    pause: (error) => loop.pause(error),
  }
  const loop = makeWorkLoop({
    session,
    timers,
    halt,
    decided: () => decidedFor(parts),
    perform: (action) => perform(parts, action),
  })
  return parts
}

const decidedFor = (parts: RoomParts): readonly Action[] => {
  const room = parts.runner.state()
  parts.filling.look(room)
  return decide(room, situationOf(parts))
}

/** A message of this device stands differently; its push may have been lost with the connection that it was for. */
const tellOf = ({ deps, runner, reader, sender, timers, proceed }: RoomParts, message: Uint8Array): void => {
  deps.changed(runner.state(), [{ kind: 'outbox', messages: [message] }])
  const { seq } = sender.acknowledged(message) ?? { seq: 0 }
  timers.after(pushDelayMs, () => {
    if (runner.state().place.cursor >= seq) return
    reader.hint(seq)
    proceed()
  })
}
