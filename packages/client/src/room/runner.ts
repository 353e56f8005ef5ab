import { wipe } from '@sotto/mls'
import { SottoError, toHex } from '@sotto/protocol'
import type { Contacts } from '../account/contacts.ts'
import type { Store } from '../ports/store.ts'
import type { Asked } from './attempt.ts'
import { roomChanges } from './rows.ts'
import type { RoomState } from './state.ts'
import type { Step, Stepped, Told } from './step.ts'

/** Decides from the state what follows; `asked` are accounts that were looked for in vain. */
export type TakeStep = (room: RoomState, asked: Asked) => Promise<Step> | Step

/** One room at work: its steps one after the other, each stored before anything of it is known outside. */
export interface Runner {
  readonly id: string
  state(): RoomState
  /** Runs a step after all earlier ones. @throws what the step throws, `storage_full`; then nothing has changed */
  take(step: TakeStep): Promise<void>
}

export interface RunnerDeps {
  readonly store: Store
  readonly contacts: Pick<Contacts, 'ensure'>
  /** After storing: the state before and after, and what is to be told. */
  applied(before: RoomState, after: RoomState, told: readonly Told[]): void
  /** The store has failed in a way that leaves unknown what it holds: nothing may be built on the state in memory. */
  halt(error: unknown): void
}

/** @param isStored false for a room of which the store knows nothing yet */
export const runRoom = (deps: RunnerDeps, initial: RoomState, isStored: boolean): Runner => {
  let room = initial
  let stored = isStored
  let last: Promise<unknown> = Promise.resolve()

  const apply = async (step: Stepped): Promise<void> => {
    const before = room
    const changes = [...step.changes, ...roomChanges(stored ? before : null, step.room)]
    if (changes.length > 0) await save(changes)
    stored = true
    room = step.room
    wipe(step.consumed)
    deps.applied(before, room, step.told)
  }

  const save = async (changes: Parameters<Store['commit']>[0]): Promise<void> => {
    try {
      await deps.store.commit(changes)
    } catch (error) {
      // A full store has taken nothing. After any other failure it may hold the new state or the old one.
      if (!(error instanceof SottoError && error.code === 'storage_full')) deps.halt(error)
      throw error
    }
  }

  const run = async (step: TakeStep): Promise<void> => {
    const asked = new Set<string>()
    for (;;) {
      const result = await step(room, asked)
      if (result.kind === 'stepped') return apply(result)
      await deps.contacts.ensure(result.needs)
      for (const { account } of result.needs) asked.add(toHex(account))
    }
  }

  return {
    id: toHex(initial.id),
    state: () => room,
    take: (step) => {
      const next = last.then(() => run(step))
      last = next.catch(() => {})
      return next
    },
  }
}
