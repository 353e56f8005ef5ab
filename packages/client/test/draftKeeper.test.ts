import { SottoError } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { cellOf } from '../src/cell.ts'
import { emptyDraft, textDraft, textOf } from '../src/draft/draft.ts'
import { draftAtFirst, makeDraftKeeper, quietMs, unstoredMaxMs } from '../src/draft/keeper.ts'
import { openOutcomes } from '../src/outcomes.ts'
import type { TakeStep } from '../src/room/runner.ts'
import type { RoomWait } from '../src/room/settled.ts'
import { emptyRoom, type RoomState } from '../src/room/state.ts'

/** A keeper on a clock that the test moves, over a room whose steps are stored at once or refused. */
const atWork = () => {
  let nowMs = 0
  let room: RoomState = emptyRoom(new Uint8Array(16), { kind: 'active' })
  let refusal: SottoError | null = null
  const stored: string[] = []
  const tasks: { readonly dueMs: number; readonly task: () => void }[] = []
  const session = cellOf(draftAtFirst)
  const outcomes = openOutcomes<RoomWait>()
  const take = async (step: TakeStep): Promise<void> => {
    const next = await step(room, new Set())
    if (refusal) throw refusal
    if (next.kind !== 'stepped') return
    if (next.room.draft !== room.draft) stored.push(textOf(next.room.draft))
    room = next.room
  }
  const after = (delayMs: number, task: () => void): void => void tasks.push({ dueMs: nowMs + delayMs, task })
  const keeper = makeDraftKeeper({
    session,
    outcomes,
    timers: { after, between: () => 0, close: () => {} },
    scheduler: { steadyMs: () => nowMs },
    take,
  })
  const pass = async (ms: number): Promise<void> => {
    const endMs = nowMs + ms
    for (;;) {
      const next = tasks.toSorted((a, b) => a.dueMs - b.dueMs).find(({ dueMs }) => dueMs <= endMs)
      if (!next) break
      tasks.splice(tasks.indexOf(next), 1)
      nowMs = next.dueMs
      next.task()
      for (let i = 0; i < 20; i++) await Promise.resolve()
    }
    nowMs = endMs
  }
  return {
    keeper,
    session,
    outcomes,
    stored,
    pass,
    take,
    draft: () => textOf(room.draft),
    refuse: (failure: SottoError | null) => void (refusal = failure),
    end: () => void (room = emptyRoom(room.id, { kind: 'absent' })),
  }
}

describe('the draft of a room', () => {
  it('is stored when nothing was written for a moment, and not with every key', async () => {
    const { keeper, stored, pass } = atWork()
    const written = []
    for (const text of ['h', 'ha', 'hal', 'half']) {
      written.push(keeper.write(textDraft(text)))
      await pass(quietMs / 2)
    }
    expect(stored).toEqual([])
    await pass(quietMs)
    expect(stored).toEqual(['half'])
    await Promise.all(written)
  })

  it('is never in memory only for longer than a bound, however fast one writes', async () => {
    const { keeper, stored, pass } = atWork()
    for (let i = 0; i * 100 <= unstoredMaxMs; i++) {
      void keeper.write(textDraft(`${i}`))
      await pass(100)
    }
    expect(stored).toHaveLength(1)
    await keeper.keep()
  })

  it('is stored at once where a screen is about to go, and holds nothing then', async () => {
    const { keeper, session, outcomes, stored, pass } = atWork()
    const written = keeper.write(textDraft('half'))
    await keeper.keep()
    await written
    expect(stored).toEqual(['half'])
    await pass(unstoredMaxMs)
    expect(stored).toEqual(['half'])
    expect(session.now().held).toBeNull()
    expect(outcomes.waiting()).toEqual([])
  })

  it('is what was written last, whoever wrote it', async () => {
    const { keeper, pass, draft } = atWork()
    const one = keeper.write(textDraft('from one tab'))
    const other = keeper.write(textDraft('from the other'))
    await pass(quietMs)
    await Promise.all([one, other])
    expect(draft()).toBe('from the other')
  })

  it('that a full disk refuses is told to whoever wrote it, and the next is tried', async () => {
    const { keeper, pass, draft, refuse } = atWork()
    refuse(new SottoError('storage_full'))
    const written = keeper.write(textDraft('half'))
    const told = expect(written).rejects.toMatchObject({ code: 'storage_full' })
    await pass(quietMs)
    await told
    refuse(null)
    const again = keeper.write(textDraft('half a sentence'))
    await pass(quietMs)
    await again
    expect(draft()).toBe('half a sentence')
  })

  it('that is said is not stored after it; what is written next is', async () => {
    const { keeper, take, pass, draft } = atWork()
    const written = keeper.write(textDraft('said'))
    const said = keeper.said(() =>
      take((room) => ({ ...stepOf(room), room: { ...room, draft: emptyDraft } })),
    )
    const next = keeper.write(textDraft('and then'))
    await said
    await written
    expect(draft()).toBe('')
    await pass(quietMs)
    await next
    expect(draft()).toBe('and then')
  })

  it('that was said before is forgotten where it is written once more, and what was written since stays', async () => {
    const { keeper, outcomes, pass, draft } = atWork()
    const said = textDraft('said')
    const written = keeper.write(said)
    await keeper.forget(said)
    await written
    await pass(unstoredMaxMs)
    expect([draft(), outcomes.waiting()]).toEqual(['', []])
    void keeper.write(textDraft('and then'))
    await keeper.forget(said)
    await pass(quietMs)
    expect(draft()).toBe('and then')
    await keeper.forget(textDraft('and then'))
    expect(draft()).toBe('')
  })

  it('that could not be said is not called stored before it is', async () => {
    const { keeper, outcomes, pass, draft } = atWork()
    let isStored = false
    const written = keeper.write(textDraft('refused')).then(() => (isStored = true))
    await expect(keeper.said(() => Promise.reject(new SottoError('rate')))).rejects.toMatchObject({
      code: 'rate',
    })
    await pass(quietMs / 2)
    expect(isStored).toBe(false)
    await pass(quietMs)
    await written
    expect([draft(), outcomes.waiting()]).toEqual(['refused', []])
  })

  it('that could not be said is stored as it was', async () => {
    const { keeper, pass, draft } = atWork()
    void keeper.write(textDraft('refused'))
    await expect(keeper.said(() => Promise.reject(new SottoError('rate')))).rejects.toMatchObject({
      code: 'rate',
    })
    await pass(quietMs)
    expect(draft()).toBe('refused')
  })

  it('is none in a room of which nothing is kept any more', async () => {
    const { keeper, end, pass, draft } = atWork()
    const written = keeper.write(textDraft('too late'))
    end()
    await pass(quietMs)
    await written
    expect(draft()).toBe('')
  })
})

const stepOf = (room: RoomState) => ({ kind: 'stepped' as const, room, changes: [], told: [], consumed: [] })
