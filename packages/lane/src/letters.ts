import type { LaneEvent } from './events.ts'
import { LaneError } from './failure.ts'
import type { Once } from './once.ts'
import type { Claims } from './proof.ts'
import { isVerdict, type Patience } from './patience.ts'
import type { LanePorts } from './ports/index.ts'
import { everyRowOf, type LaneStore } from './ports/store.ts'
import { asObject, asText } from './rest.ts'
import { type JsonObject, parseStrict } from './strict.ts'

/** Something that the server keeps for us until it has arrived. */
export interface Letter {
  readonly event: string
  readonly payload: JsonObject
}

/** What a letter says, and what is to be remembered once it has been told. */
export interface Opened {
  readonly events: readonly LaneEvent[]
  /** Null where nothing was signed. */
  readonly claims: Claims | null
  readonly rows: Readonly<Record<string, string | null>>
}

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

interface Dependencies {
  readonly ports: Pick<LanePorts, 'clock' | 'cryptography'>
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

const arrivedPrefix = 'letter/'
const heldFolder = 'held/'
const heldPrefix = (name: string): string => `${heldFolder}${name}/`

export const senderOf = ({ payload }: Letter): string => {
  const { sender, initiator } = payload
  return typeof sender === 'string' ? sender : typeof initiator === 'string' ? initiator : ''
}

export const placeOf = ({ chat_id, room_id }: JsonObject): LaneEvent & { kind: 'refused' } => ({
  kind: 'refused',
  from: '',
  place:
    typeof chat_id === 'string'
      ? { kind: 'chat', chat: chat_id }
      : typeof room_id === 'number'
        ? { kind: 'room', room: room_id }
        : null,
  code: 'ENVELOPE_INVALID',
})

export const makeLetters = (dependencies: Dependencies): Letters => {
  const { ports, patience, store, once, open, isWanted, tell } = dependencies
  const { clock, cryptography } = ports
  let opening: Promise<void> = Promise.resolve()
  let telling: Promise<void> = Promise.resolve()
  let count = 0
  let isTelling = true
  let isResting = false
  /** In one of the two queues. */
  const underWay = new Set<string>()

  /** Keys in the order of arrival, of several programs on one store too. */
  const nextKey = (): string => {
    const part = (value: number, length: number): string => value.toString(36).padStart(length, '0')
    const random = cryptography.random(4).reduce((value, byte) => value * 256 + byte, 0)
    return `${arrivedPrefix}${part(clock.nowMs(), 9)}${part(count++, 6)}${part(random, 7)}`
  }

  const finish = (key: string | null, { events, claims, rows }: Opened): void => {
    telling = telling.then(async () => {
      if (!isTelling) return
      try {
        for (const event of events) await tell(event)
      } catch {
        isTelling = false
      }
      if (!isTelling) return
      const told = {
        ...rows,
        ...(claims ? once.rowsOf(claims) : {}),
        ...(key === null ? {} : { [key]: null }),
      }
      store.write(told, 'program')
      if (key !== null) underWay.delete(key)
    })
  }

  const refuse = (key: string | null, letter: Letter | null, failure: LaneError): void => {
    const { code } = failure
    if (!isVerdict(failure)) {
      // Not its fault: it stays where it is.
      if (key !== null) underWay.delete(key)
      return takeUpLater()
    }
    switch (code) {
      case 'REPLAYED':
        return finish(key, { events: [], claims: null, rows: {} })
      case 'KEY_CHANGED': {
        if (key === null || letter === null) return
        const from = senderOf(letter)
        if (!key.startsWith(arrivedPrefix)) return void underWay.delete(key)
        const held = { [`${heldPrefix(from)}${key}`]: store.get(key) ?? null }
        const told = { ...placeOf(letter.payload), from, code }
        return finish(key, { events: [told], claims: null, rows: held })
      }
      default: {
        const told = letter && { ...placeOf(letter.payload), from: senderOf(letter), code }
        return finish(key, { events: told ? [told] : [], claims: null, rows: {} })
      }
    }
  }

  let tries = 0
  let cancelLater = (): void => {}
  const takeUpLater = (): void => {
    cancelLater()
    if (!isTelling || isResting) return
    cancelLater = clock.after(patience.pauseMs(tries++), takeUp)
  }

  const queue = (key: string | null, letter: Letter | null, work: () => Promise<Opened>): void => {
    opening = opening.then(async () => {
      try {
        finish(key, await work())
        tries = 0
      } catch (error) {
        refuse(key, letter, error instanceof LaneError ? error : new LaneError('ENVELOPE_INVALID'))
      }
    })
  }

  const process = (key: string, letter: Letter): void => {
    if (underWay.has(key) || !isWanted(letter)) return
    underWay.add(key)
    queue(key, letter, () => open(letter))
  }

  /** @throws LaneError for what is no letter */
  const read = (row: string): Letter => {
    const { event, payload } = asObject(parseStrict(row))
    return { event: asText(event), payload: asObject(payload) }
  }

  /** One that cannot be read is told and gone: those behind it are not held up by it. */
  const takeUpRow = (key: string, row: string): void => {
    try {
      process(key, read(row))
    } catch {
      refuse(key, { event: '', payload: {} }, new LaneError('ENVELOPE_INVALID'))
    }
  }

  const takeUpUnder = (prefix: string): void => {
    for (const [key, row] of everyRowOf(store, prefix)) takeUpRow(key, row)
  }
  const takeUp = (): void => {
    cancelLater()
    takeUpUnder(arrivedPrefix)
    // What was held because another key was named may be by the right one after all.
    takeUpUnder(heldFolder)
  }

  return {
    arrived: (letter) => {
      const key = nextKey()
      store.write({ [key]: JSON.stringify(letter) })
      process(key, letter)
    },
    passing: (work) => queue(null, null, work),
    takeUp,
    takeUpOf: (name) => takeUpUnder(heldPrefix(name)),
    rest: () => {
      isResting = true
      cancelLater()
    },
    abandon: () => {
      isTelling = false
    },
    settled: async () => {
      await opening
      await telling
    },
  }
}
