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

export interface TurnsDeps {
  after(delayMs: number, task: () => void): void
  /** A random delay between the two. */
  between(minMs: number, maxMs: number): number
  due(): void
}

/** How long a member waits before it commits what others have proposed. */
const delayMs = { min: 200, max: 2000 }
/** A revocation counts in full only when its time of grace is over: until then some of what it asks for is refused. */
const againMs = 15 * 60_000

export const takeTurns = ({ after, between, due }: TurnsDeps): Turns => {
  let turn: 'open' | 'waiting' | 'due' | 'done' = 'open'
  const wishes = new Map<string, 'waiting' | 'due'>()
  const soon = (task: () => void): void => after(between(delayMs.min, delayMs.max), task)

  return {
    begin: () => {
      turn = 'open'
    },
    isOpen: () => turn !== 'done',
    chore: () => {
      switch (turn) {
        case 'due':
          turn = 'done'
          // What is then still there and not committed, nobody may commit; for now, or in this epoch.
          after(againMs, () => {
            if (turn === 'done') turn = 'open'
            due()
          })
          return true
        case 'open':
          turn = 'waiting'
          soon(() => {
            if (turn === 'waiting') turn = 'due'
            due()
          })
          return false
        case 'waiting':
        case 'done':
          return false
      }
    },
    hurry: () => {
      if (turn !== 'done') turn = 'due'
    },
    wish: (id) => {
      const known = wishes.get(id)
      if (known === 'due') return wishes.delete(id)
      if (known) return false
      wishes.set(id, 'waiting')
      soon(() => {
        wishes.set(id, 'due')
        due()
      })
      return false
    },
  }
}
