import type { LaneEvent } from '@sotto/lane'

/** @returns whether it is out of this process: one that has gone has heard nothing */
export type Hear = (event: LaneEvent) => Promise<boolean>

/** Those who are told what comes for one account: it waits while nobody is there. */
export interface Listeners {
  add(hear: Hear): void
  delete(hear: Hear): void
  isEmpty(): boolean
  /** Resolves when somebody has heard it, who may have come later. Rejects when nobody will come any more. */
  tell(event: LaneEvent): Promise<void>
  close(): void
}

export const makeListeners = (): Listeners => {
  const all = new Set<Hear>()
  const waiting = new Set<() => void>()
  let isClosed = false

  const wake = (): void => {
    for (const go of waiting) go()
    waiting.clear()
  }

  const somebody = async (): Promise<readonly Hear[]> => {
    while (all.size === 0 && !isClosed) await new Promise<void>((resolve) => waiting.add(resolve))
    if (isClosed) throw new Error('nobody is logged in')
    return [...all]
  }

  const isHeardBy = async (hear: Hear, event: LaneEvent): Promise<boolean> => {
    const isOut = await hear(event)
    // Its connection has ended: it is not asked again.
    if (!isOut) all.delete(hear)
    return isOut
  }

  return {
    add: (hear) => {
      all.add(hear)
      wake()
    },
    delete: (hear) => {
      all.delete(hear)
    },
    isEmpty: () => all.size === 0,
    tell: async (event) => {
      // What merely happens is past when somebody comes; what is kept waits for him.
      if (event.kind === 'connection' && all.size === 0) return
      for (;;) {
        const present = await somebody()
        const heard = await Promise.all(present.map((hear) => isHeardBy(hear, event)))
        if (heard.includes(true)) return
      }
    },
    close: () => {
      isClosed = true
      wake()
    },
  }
}
