import type { Cell } from '../cell.ts'
import type { Timers } from './timers.ts'

/**
 * When this device takes its turn at what any member may do. One of many is enough, so each waits a while of its own,
 * and by then somebody else may have been first.
 */
export interface Turns {
  /** A new epoch: what was tried in the last one may be tried again. */
  begin(): void
  /** Whether this device has not tried yet to commit what nobody has asked it for. */
  isOpen(): boolean
  /** Whether it is time to try; where it is not yet, `due` is called when it is. */
  chore(): boolean
  /** Somebody here waits for what is to be done: the turn is taken at once, where it was not taken yet. */
  hurry(): void
  /** The same as `chore` for one wish of somebody else. */
  wish(id: string): boolean
}

export interface TurnsSession {
  /** `done`: in this epoch it was tried. */
  readonly turn: 'open' | 'waiting' | 'due' | 'done'
  /** What others wish, by its name. */
  readonly wishes: ReadonlyMap<string, 'waiting' | 'due'>
}

export const turnsAtFirst: TurnsSession = { turn: 'open', wishes: new Map() }

export interface TurnsDeps {
  readonly session: Cell<TurnsSession>
  readonly timers: Timers
  due(): void
}

/** How long a member waits before it commits what others have proposed. */
const delayMs = { min: 200, max: 2000 }
/** A revocation counts in full only when its time of grace is over: until then some of what it asks for is refused. */
const againMs = 15 * 60_000

const inTurn =
  (turn: TurnsSession['turn']) =>
  (session: TurnsSession): TurnsSession => ({ ...session, turn })

const wishing =
  (id: string, turn: 'waiting' | 'due' | 'taken') =>
  (session: TurnsSession): TurnsSession => {
    const wishes = new Map(session.wishes)
    if (turn === 'taken') wishes.delete(id)
    else wishes.set(id, turn)
    return { ...session, wishes }
  }

export const takeTurns = ({ session, timers, due }: TurnsDeps): Turns => {
  const turn = (): TurnsSession['turn'] => session.now().turn
  const soon = (task: () => void): void =>
    timers.after(timers.between(delayMs.min, delayMs.max), () => {
      task()
      due()
    })

  const chore = (): boolean => {
    switch (turn()) {
      case 'due':
        session.change(inTurn('done'))
        // What is then still there and not committed, nobody may commit; for now, or in this epoch.
        timers.after(againMs, () => {
          if (turn() === 'done') session.change(inTurn('open'))
          due()
        })
        return true
      case 'open':
        session.change(inTurn('waiting'))
        soon(() => {
          if (turn() === 'waiting') session.change(inTurn('due'))
        })
        return false
      case 'waiting':
      case 'done':
        return false
    }
  }

  return {
    begin: () => session.change(inTurn('open')),
    isOpen: () => turn() !== 'done',
    chore,
    hurry: () => {
      if (turn() !== 'done') session.change(inTurn('due'))
    },
    wish: (id) => {
      switch (session.now().wishes.get(id)) {
        case 'due':
          session.change(wishing(id, 'taken'))
          return true
        case 'waiting':
          return false
        case undefined:
          session.change(wishing(id, 'waiting'))
          soon(() => session.change(wishing(id, 'due')))
          return false
      }
    },
  }
}
