import {
  type Desk,
  emptyQueue,
  type Opened,
  openPassing,
  process,
  takeUp,
  takeUpUnder,
} from './letterQueue.ts'
import { heldPrefix, type Letter, makeArrivedKeys } from './letterRows.ts'
import type { LanePorts } from './ports/index.ts'

/**
 * Letters on their way from the wire to the listener: stored before the server may forget them, opened in order, told
 * in order, and only then forgotten here. A program that is killed in between is told again, not never.
 */
export interface Letters {
  /** Stores, before it returns; whether it is opened now is another question. */
  arrived(letter: Letter): void
  /** Something that the server can be asked for again. */
  passing(open: () => Promise<Opened>): void
  /** Takes up what was left: by the program before, or because the server could not be asked for a key. */
  takeUp(): void
  /** Takes up what waited for somebody's key to be believed. */
  takeUpOf(name: string): void
  /** Resolves when all that has arrived so far is told. */
  settled(): Promise<void>
  /** Takes nothing up by itself any more. */
  rest(): void
  /** Tells nothing more, and writes nothing: what is being told just now is told again to the next program. */
  abandon(): void
}

interface Dependencies extends Omit<Desk, 'clock'> {
  readonly ports: Pick<LanePorts, 'clock' | 'cryptography'>
}

export const makeLetters = ({ ports, ...desk }: Dependencies): Letters => {
  const queue = emptyQueue({ ...desk, clock: ports.clock })
  const nextKey = makeArrivedKeys(ports.clock, ports.cryptography)
  return {
    arrived: (letter) => {
      const key = nextKey()
      desk.store.write({ [key]: JSON.stringify(letter) })
      process(queue, key, letter)
    },
    passing: (open) => openPassing(queue, open),
    takeUp: () => takeUp(queue),
    takeUpOf: (name) => takeUpUnder(queue, heldPrefix(name)),
    rest: () => {
      queue.isResting = true
      queue.cancelLater()
    },
    abandon: () => {
      queue.isTelling = false
    },
    settled: async () => {
      await queue.opening
      await queue.telling
    },
  }
}
