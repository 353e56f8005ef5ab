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
import { beginWaiting, isBehindAnother, type Waiting, waitsNoMore } from './lettersWaiting.ts'
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
  /** Rows of letters that stay where they are for now, by sender. */
  readonly waiting: Waiting
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
  waiting: new Map(),
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

/** Stays where it is: what its sender sent after it waits behind it, or it would be told in another order. */
const wait = (queue: LetterQueue, key: string, letter: Letter): void => {
  queue.underWay.delete(key)
  beginWaiting(queue.waiting, senderOf(letter), key)
}

const justForget = { events: [], claims: null, rows: {} }

const refuse = (queue: LetterQueue, key: string, letter: Letter, { code }: LaneError): void => {
  switch (code) {
    case 'REPLAYED':
      return tellAndForget(queue, key, justForget)
    case 'KEY_CHANGED': {
      if (!key.startsWith(arrivedPrefix)) return void queue.underWay.delete(key)
      const rows = { [`${heldPrefix(senderOf(letter))}${key}`]: queue.desk.store.get(key) ?? null }
      return tellAndForget(queue, key, { events: [refusalOf(letter, code)], claims: null, rows })
    }
    default:
      return tellAndForget(queue, key, { ...justForget, events: [refusalOf(letter, code)] })
  }
}

const failureOf = (error: unknown): LaneError =>
  error instanceof LaneError ? error : new LaneError('ENVELOPE_INVALID')

/** Does something when all that came before is opened. */
const inTurn = (queue: LetterQueue, work: () => Promise<void>): void => {
  queue.opening = queue.opening.then(work)
}

/** What the server can be asked for again has no row, and what is refused of it is not told. */
export const openPassing = (queue: LetterQueue, open: () => Promise<Opened>): void =>
  inTurn(queue, async () => {
    try {
      tellAndForget(queue, null, await open())
      queue.tries = 0
    } catch (error) {
      if (!isVerdict(failureOf(error))) takeUpLater(queue)
    }
  })

const isBehind = ({ waiting, underWay, desk }: LetterQueue, key: string, letter: Letter): boolean =>
  isBehindAnother(
    waiting,
    senderOf(letter),
    key,
    (row) => underWay.has(row) || desk.store.get(row) !== undefined,
  )

/** Opens a letter, whose turn it is; whether it could be judged. */
const judged = async (queue: LetterQueue, key: string, letter: Letter): Promise<boolean> => {
  try {
    tellAndForget(queue, key, await queue.desk.open(letter))
    queue.tries = 0
  } catch (error) {
    const failure = failureOf(error)
    if (!isVerdict(failure)) return false
    refuse(queue, key, letter, failure)
  }
  return true
}

/** What waited behind a letter comes next, before what arrives now. */
const takeUpBehind = (queue: LetterQueue, key: string, letter: Letter): void => {
  for (const behind of waitsNoMore(queue.waiting, senderOf(letter), key)) {
    // So are all behind it, or they are taken up when it is told.
    if (queue.underWay.has(behind)) return
    const row = queue.desk.store.get(behind)
    if (row !== undefined) takeUpRow(queue, behind, row)
  }
}

export const process = (queue: LetterQueue, key: string, letter: Letter): void => {
  if (queue.underWay.has(key) || !queue.desk.isWanted(letter)) return
  queue.underWay.add(key)
  inTurn(queue, async () => {
    if (isBehind(queue, key, letter)) return wait(queue, key, letter)
    if (await judged(queue, key, letter)) return takeUpBehind(queue, key, letter)
    wait(queue, key, letter)
    takeUpLater(queue)
  })
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
  // What was held because another key was named may be by the right one after all; it came before the rest.
  takeUpUnder(queue, heldFolder)
  takeUpUnder(queue, arrivedPrefix)
}
