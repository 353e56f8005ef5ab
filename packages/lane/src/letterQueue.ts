import type { LaneEvent } from './events.ts'
import { LaneError } from './failure.ts'
import {
  arrivedPrefix,
  heldFolder,
  heldPrefix,
  type Letter,
  readLetter,
  refusalOf,
  senderOf,
} from './letterRows.ts'
import type { Once } from './once.ts'
import { isVerdict, type Patience } from './patience.ts'
import type { Clock } from './ports/clock.ts'
import { everyRowOf, type LaneStore } from './ports/store.ts'
import type { Claims } from './proof.ts'

/** What a letter says, and what is to be remembered once it has been told. */
export interface Opened {
  readonly events: readonly LaneEvent[]
  /** Null where nothing was signed. */
  readonly claims: Claims | null
  readonly rows: Readonly<Record<string, string | null>>
}

/** What letters need to be opened and told. */
export interface Desk {
  readonly clock: Pick<Clock, 'after'>
  readonly patience: Pick<Patience, 'pauseMs'>
  readonly store: LaneStore
  readonly once: Once
  /** @throws LaneError */
  open(letter: Letter): Promise<Opened>
  /** Whether a letter is for this program, or is left to the next that receives. */
  isWanted(letter: Letter): boolean
  /** Whoever rejects has not been told: nothing more is told then, and the next program begins with it. */
  tell(event: LaneEvent): Promise<void>
}

/** Letters that are being opened, one after the other, and then told, one after the other. */
export interface LetterQueue {
  readonly desk: Desk
  /** Settles behind all that is to be opened so far. */
  opening: Promise<void>
  /** Settles behind all that is to be told so far. */
  telling: Promise<void>
  isTelling: boolean
  /** Takes nothing up by itself any more. */
  isResting: boolean
  /** How often something was taken up since the last letter could be opened. */
  tries: number
  cancelLater: () => void
  /** Rows of letters that are being opened or told. */
  readonly underWay: Set<string>
}

export const emptyQueue = (desk: Desk): LetterQueue => ({
  desk,
  opening: Promise.resolve(),
  telling: Promise.resolve(),
  isTelling: true,
  isResting: false,
  tries: 0,
  cancelLater: () => {},
  underWay: new Set(),
})

/** @param key the row of the letter; null for what the server can be asked for again */
const tellAndForget = (queue: LetterQueue, key: string | null, { events, claims, rows }: Opened): void => {
  const { store, once, tell } = queue.desk
  queue.telling = queue.telling.then(async () => {
    if (!queue.isTelling) return
    try {
      for (const event of events) await tell(event)
    } catch {
      queue.isTelling = false
    }
    if (!queue.isTelling) return
    const told = {
      ...rows,
      ...(claims ? once.rowsOf(claims) : {}),
      ...(key === null ? {} : { [key]: null }),
    }
    store.write(told, 'program')
    if (key !== null) queue.underWay.delete(key)
  })
}

const takeUpLater = (queue: LetterQueue): void => {
  const { clock, patience } = queue.desk
  queue.cancelLater()
  if (!queue.isTelling || queue.isResting) return
  queue.cancelLater = clock.after(patience.pauseMs(queue.tries++), () => takeUp(queue))
}

const justForget = { events: [], claims: null, rows: {} }

const refuse = (queue: LetterQueue, key: string | null, letter: Letter | null, failure: LaneError): void => {
  const { code } = failure
  if (!isVerdict(failure)) {
    // Not its fault: it stays where it is.
    if (key !== null) queue.underWay.delete(key)
    return takeUpLater(queue)
  }
  switch (code) {
    case 'REPLAYED':
      return tellAndForget(queue, key, justForget)
    case 'KEY_CHANGED': {
      if (key === null || letter === null) return
      if (!key.startsWith(arrivedPrefix)) return void queue.underWay.delete(key)
      const rows = { [`${heldPrefix(senderOf(letter))}${key}`]: queue.desk.store.get(key) ?? null }
      return tellAndForget(queue, key, { events: [refusalOf(letter, code)], claims: null, rows })
    }
    default:
      return tellAndForget(queue, key, { ...justForget, events: letter ? [refusalOf(letter, code)] : [] })
  }
}

/** Opens something when all that came before is opened. */
export const openInTurn = (
  queue: LetterQueue,
  key: string | null,
  letter: Letter | null,
  work: () => Promise<Opened>,
): void => {
  queue.opening = queue.opening.then(async () => {
    try {
      tellAndForget(queue, key, await work())
      queue.tries = 0
    } catch (error) {
      refuse(queue, key, letter, error instanceof LaneError ? error : new LaneError('ENVELOPE_INVALID'))
    }
  })
}

export const process = (queue: LetterQueue, key: string, letter: Letter): void => {
  const { isWanted, open } = queue.desk
  if (queue.underWay.has(key) || !isWanted(letter)) return
  queue.underWay.add(key)
  openInTurn(queue, key, letter, () => open(letter))
}

/** One that cannot be read is told and gone: those behind it are not held up by it. */
const takeUpRow = (queue: LetterQueue, key: string, row: string): void => {
  try {
    process(queue, key, readLetter(row))
  } catch {
    refuse(queue, key, { event: '', payload: {} }, new LaneError('ENVELOPE_INVALID'))
  }
}

export const takeUpUnder = (queue: LetterQueue, prefix: string): void => {
  for (const [key, row] of everyRowOf(queue.desk.store, prefix)) takeUpRow(queue, key, row)
}

export const takeUp = (queue: LetterQueue): void => {
  queue.cancelLater()
  takeUpUnder(queue, arrivedPrefix)
  // What was held because another key was named may be by the right one after all.
  takeUpUnder(queue, heldFolder)
}
