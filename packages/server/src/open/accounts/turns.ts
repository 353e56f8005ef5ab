import { OpenRefusal } from '../failure.ts'

export interface TurnsMax {
  readonly atOnce: number
  readonly waiting: number
}

/**
 * Lets `atOnce` work and the others wait. Shares take turns: who has much waiting does not keep those waiting who have
 * little. Where too many wait, whoever came last of the largest share goes.
 */
export type Turns = <T>(share: string, work: () => Promise<T>) => Promise<T>

interface Waiting {
  begin(): void
  giveUp(): void
}

/** @throws OpenRefusal `UNAVAILABLE` for who has to go */
export const makeTurns = ({ atOnce, waiting: waitingMax }: TurnsMax): Turns => {
  let running = 0
  let count = 0
  /** In the order in which the shares have their turns. */
  const shares = new Map<string, Waiting[]>()

  const largest = (): readonly [share: string, queue: Waiting[]] | undefined =>
    [...shares].reduce<readonly [string, Waiting[]] | undefined>(
      (most, one) => (most && most[1].length >= one[1].length ? most : one),
      undefined,
    )

  /** @throws OpenRefusal `UNAVAILABLE` where nobody has more waiting than this share */
  const makeRoom = (share: string): void => {
    if (count < waitingMax) return
    const found = largest()
    const own = shares.get(share)?.length ?? 0
    if (!found || found[1].length <= own + 1) throw new OpenRefusal('UNAVAILABLE')
    count--
    found[1].pop()?.giveUp()
  }

  const wait = (share: string): Promise<void> => {
    makeRoom(share)
    return new Promise((resolve, reject) => {
      count++
      const queue = shares.get(share) ?? []
      queue.push({ begin: resolve, giveUp: () => reject(new OpenRefusal('UNAVAILABLE')) })
      shares.set(share, queue)
    })
  }

  const next = (): void => {
    const [first] = shares
    if (!first) return
    const [share, queue] = first
    shares.delete(share)
    const turn = queue.shift()
    if (queue.length > 0) shares.set(share, queue)
    count--
    running++
    turn?.begin()
  }

  return async (share, work) => {
    if (running < atOnce) running++
    else await wait(share)
    try {
      return await work()
    } finally {
      running--
      next()
    }
  }
}
