import { SottoError } from '@sotto/client'
import type { Chance } from './chance.ts'
import { type Ledger, readRoom, type Said, type Shown } from './ledger.ts'
import { eventually, lasting } from './patience.ts'
import type { Person } from './world/person.ts'

/** People who talk without end, and one who writes down what they were told. */
export interface Talkers {
  readonly ledger: Ledger
  /** Lets these people talk in a room from now on. */
  join(room: string, people: readonly Person[]): Promise<void>
  /** Says one thing. Resolves when the device has it. @throws SottoError what the device answers */
  say(person: Person, room: string, text: string): Promise<Said>
  /** Nobody says anything new; what is being said is said to its end. */
  hush(): Promise<void>
  /** They talk on. */
  talk(): void
  /** Waits until everything that was promised is shown by everybody, and reads it. What does not come is not waited for. */
  look(withinMs: number): Promise<readonly Shown[]>
  /** This person's device cannot have these, and says so: it was set back. */
  excuse(person: Person, room: string, these: readonly Said[]): void
  /** What devices did not take. */
  refused(): readonly Refused[]
  /** The same in words, where nothing may be refused. */
  refusals(): readonly string[]
  /** What a device has and did not tell to those who look on. */
  untold(): readonly string[]
  /** Whether somebody's device has shown all of these. */
  seenBy(person: Person, room: string, these: readonly Said[]): boolean
}

export interface Refused {
  readonly by: string
  readonly text: string
  readonly code: string
}

export interface TalkersOptions {
  readonly chance: Chance
  /** Between two messages of one person in one room, on average. */
  readonly everyMs: number
  /** Messages of one person in one room that wait for their acknowledgement. */
  readonly openMax: number
}

interface Seat {
  readonly person: Person
  readonly room: string
  readonly seen: Set<string>
  readonly excused: Set<string>
}

const subscribe = (seat: Seat, ledger: Ledger): void => {
  const { person, room, seen } = seat
  person.client.subscribe((event) => {
    if (event.kind !== 'timeline' || event.room !== room) return
    ledger.heard(person.name, room, event.items)
    for (const item of event.items) if (item.kind === 'message' && item.seq !== null) seen.add(item.text)
  })
}

export const gatherTalkers = (ledger: Ledger, { chance, everyMs, openMax }: TalkersOptions): Talkers => {
  const seats: Seat[] = []
  const talking = new Set<Promise<void>>()
  const refused: Refused[] = []
  const untold: string[] = []
  let isHushed = true
  let count = 0

  const say: Talkers['say'] = async (person, room, text) => {
    const said = ledger.say(room, person.name, text)
    await person.client.send({ room, text })
    said.stored = true
    return said
  }

  const openOf = ({ person, room }: Seat): number =>
    ledger.open().filter((said) => said.room === room && said.by === person.name).length

  const talkOn = async (seat: Seat): Promise<void> => {
    const own = chance.of(`${seat.person.name} ${seat.room} ${count}`)
    while (!isHushed) {
      await lasting(own.between(0, 2 * everyMs))
      if (isHushed || openOf(seat) >= openMax) continue
      const by = seat.person.name
      const text = `${by} ${(count += 1)}`
      try {
        await say(seat.person, seat.room, text)
      } catch (error) {
        refused.push({ by, text, code: error instanceof SottoError ? error.code : String(error) })
      }
    }
  }

  const begin = (seat: Seat): void => {
    const talk: Promise<void> = talkOn(seat).finally(() => talking.delete(talk))
    talking.add(talk)
  }

  const isOwed = ({ room, excused }: Seat, said: Said): boolean =>
    said.room === room && (said.stored || said.acked !== null) && !excused.has(said.text)
  const hasAll = (seat: Seat): boolean =>
    ledger.all().every((said) => !isOwed(seat, said) || seat.seen.has(said.text))
  const seatOf = (person: Person, room: string): Seat | undefined =>
    seats.find((one) => one.person === person && one.room === room)

  return {
    ledger,
    say,
    join: async (room, people) => {
      for (const person of people) {
        const seat: Seat = { person, room, seen: new Set(), excused: new Set() }
        subscribe(seat, ledger)
        seats.push(seat)
        // Who has read a room is told by the next process of its device what this one did not tell.
        await person.client.timeline({ room, limit: 1 })
        if (!isHushed) begin(seat)
      }
    },
    hush: async () => {
      isHushed = true
      await Promise.all(talking)
    },
    talk: () => {
      if (!isHushed) return
      isHushed = false
      for (const seat of seats) begin(seat)
    },
    look: async (withinMs) => {
      await eventually('everything is shown', withinMs, () => seats.every(hasAll)).catch(() => {})
      return Promise.all(
        seats.map(async (seat) => {
          const { person, room, excused, seen } = seat
          const items = await readRoom(person.client, room)
          for (const item of items) {
            if (item.kind !== 'message' || item.seq === null || seen.has(item.text)) continue
            if (withinMs > 0) untold.push(`${person.name} was never told of “${item.text}” (${item.seq})`)
            seen.add(item.text)
          }
          return { room, who: person.name, items, excused }
        }),
      )
    },
    excuse: (person, room, these) => {
      for (const { text } of these) seatOf(person, room)?.excused.add(text)
    },
    refused: () => refused,
    refusals: () => refused.map(({ by, code }) => `${by} was refused a message: ${code}`),
    untold: () => untold,
    seenBy: (person, room, these) => {
      const seat = seatOf(person, room)
      return seat !== undefined && these.every((said) => said.room !== room || seat.seen.has(said.text))
    },
  }
}
