import { SottoError } from '@sotto/protocol'
import type { Cell } from '../cell.ts'
import type { Outcomes } from '../outcomes.ts'
import type { Scheduler } from '../ports/scheduler.ts'
import type { TakeStep } from '../room/runner.ts'
import type { RoomWait } from '../room/settled.ts'
import { endOf, type RoomState } from '../room/state.ts'
import { stepped } from '../room/step.ts'
import type { Timers } from '../room/timers.ts'
import { type Draft, emptyDraft } from './draft.ts'
import { isSameDraft } from './form.ts'

/** A draft is stored when nothing was written for so long, */
export const quietMs = 400
/** and at the latest so long after the first key that is not stored. */
export const unstoredMaxMs = 2000

/** What was written last in a room and is not stored. Moments are of the steady clock. */
export interface HeldDraft {
  readonly draft: Draft
  readonly sinceMs: number
  readonly writtenMs: number
}

/** What of the draft of a room is in memory only. `batch` counts what was handed to the store: whoever waits, waits for one. */
export interface DraftSession {
  readonly batch: number
  readonly held: HeldDraft | null
}

export const draftAtFirst: DraftSession = { batch: 0, held: null }

/** Keeps the draft of one room: not with every key, and never for longer than `unstoredMaxMs` in memory only. */
export interface DraftKeeper {
  /** Resolves when this draft is stored, or one that was written after it. @throws SottoError `storage_full` */
  write(draft: Draft): Promise<void>
  /** Stores now what was written last. @throws SottoError `storage_full` */
  keep(): Promise<void>
  /**
   * What was written so far is said, by a step that takes the stored draft away with it. Where the step fails, the draft is
   * held as before, unless something was written meanwhile.
   */
  said(step: () => Promise<void>): Promise<void>
  /** This draft has been said before: where nothing else was written since, nothing is being written. */
  forget(draft: Draft): Promise<void>
}

interface Deps {
  readonly session: Cell<DraftSession>
  readonly outcomes: Outcomes<RoomWait>
  readonly timers: Timers
  readonly scheduler: Pick<Scheduler, 'steadyMs'>
  take(step: TakeStep): Promise<void>
}

const heldAnew = (held: HeldDraft | null, draft: Draft, nowMs: number): HeldDraft => ({
  draft,
  sinceMs: held?.sinceMs ?? nowMs,
  writtenMs: nowMs,
})

const dueMs = ({ sinceMs, writtenMs }: HeldDraft): number =>
  Math.min(writtenMs + quietMs, sinceMs + unstoredMaxMs)

const handedOver = ({ batch }: DraftSession): DraftSession => ({ batch: batch + 1, held: null })

/** A room that nothing is kept of gets no draft any more, also where somebody invites the user back. */
const isGone = (room: RoomState): boolean =>
  endOf(room)?.kind === 'absent' || (room.phase.kind === 'invited' && room.phase.before.kind === 'absent')

const withDraft = (room: RoomState, draft: Draft): RoomState =>
  isGone(room) || isSameDraft(room.draft, draft) ? room : { ...room, draft }

const failureOf = (error: unknown): SottoError =>
  error instanceof SottoError ? error : new SottoError('internal', String(error))

export const makeDraftKeeper = ({ session, outcomes, timers, scheduler, take }: Deps): DraftKeeper => {
  const keep = async (): Promise<void> => {
    const { batch, held } = session.now()
    // What was handed over before is stored by then as well: steps have an order.
    if (!held) return take((room) => stepped(room))
    session.change(handedOver)
    try {
      await take((room) => stepped(withDraft(room, held.draft)))
      outcomes.done(`draft ${batch}`, undefined)
    } catch (error) {
      outcomes.failed(`draft ${batch}`, failureOf(error))
      throw error
    }
  }

  const look = (then: number): void => {
    const { batch, held } = session.now()
    if (!held || batch !== then) return
    const leftMs = dueMs(held) - scheduler.steadyMs()
    if (leftMs > 0) timers.after(leftMs, () => look(then))
    else keep().catch(() => {})
  }

  const hold = (held: HeldDraft): void => {
    const before = session.now()
    session.change((now) => ({ ...now, held }))
    if (!before.held) timers.after(quietMs, () => look(before.batch))
  }

  /** Whoever waits for a batch that was held again waits for what is held now. */
  const waitOn = (batch: number): void => {
    const now = session.now()
    if (!now.held) return outcomes.done(`draft ${batch}`, undefined)
    outcomes.of(`draft ${now.batch}`).then(
      () => outcomes.done(`draft ${batch}`, undefined),
      (error: unknown) => outcomes.failed(`draft ${batch}`, failureOf(error)),
    )
  }

  return {
    write: (draft) => {
      const { batch, held } = session.now()
      const stored = outcomes.of(`draft ${batch}`)
      hold(heldAnew(held, draft, scheduler.steadyMs()))
      return stored
    },
    keep,
    said: async (step) => {
      const { batch, held } = session.now()
      session.change(handedOver)
      try {
        await step()
        outcomes.done(`draft ${batch}`, undefined)
      } catch (error) {
        if (held && !session.now().held) hold(held)
        waitOn(batch)
        throw error
      }
    },
    forget: async (draft) => {
      const { batch, held } = session.now()
      const isHeld = held !== null && isSameDraft(held.draft, draft)
      if (isHeld) session.change(handedOver)
      try {
        await take((room) => stepped(isSameDraft(room.draft, draft) ? { ...room, draft: emptyDraft } : room))
      } finally {
        if (isHeld) outcomes.done(`draft ${batch}`, undefined)
      }
    },
  }
}
