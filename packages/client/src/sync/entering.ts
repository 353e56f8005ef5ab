import { SottoError } from '@sotto/protocol'
import type { Joining } from '../room/enter.ts'
import { endContinued } from '../room/refound.ts'
import type { Rooms } from './rooms.ts'

/** Rooms that the user has accepted and that are being entered. */
export interface Entering {
  readonly rooms: ReadonlySet<string>
  /** @throws SottoError `rate` while the room is being entered, what keeps it from being entered */
  enter(room: string, phase: Joining['phase'], openName?: string): Promise<void>
  /** Lets go of rooms that another one continues. */
  endContinued(): Promise<void>
}

interface Deps {
  readonly rooms: Rooms
  /** A key package has been used up. */
  replenish(): Promise<void>
  invalidate(): void
}

export const openEntering = ({ rooms, replenish, invalidate }: Deps): Entering => {
  const under = new Set<string>()
  const endThose = (): Promise<void> => endContinued([...rooms.all()], rooms.find)
  return {
    rooms: under,
    endContinued: endThose,
    enter: async (room, phase, openName) => {
      if (under.has(room)) throw new SottoError('rate', 'the room is being entered')
      under.add(room)
      invalidate()
      try {
        await rooms.enter(room, phase, openName)
      } finally {
        under.delete(room)
        invalidate()
      }
      replenish().catch(() => {})
      await endThose()
    },
  }
}
