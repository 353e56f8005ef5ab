import type { Lease } from '../../../budget/memory.ts'

/** What somebody sends in a row is done in a row, one after the other. */
export interface Queue {
  /** False where too much waits already. */
  add(characters: number, work: () => Promise<void>): boolean
}

export const makeQueue = (countMax: number, lease: Lease): Queue => {
  let waiting = 0
  let last: Promise<void> = Promise.resolve()
  return {
    add: (characters, work) => {
      if (waiting >= countMax || !lease.tryTake(characters)) return false
      waiting++
      last = last.then(work).finally(() => {
        waiting--
        lease.give(characters)
      })
      return true
    },
  }
}
