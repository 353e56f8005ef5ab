import { fail } from './failure.ts'
import { audienceOf, type RoomKeyDesk } from './roomKeys.ts'
import { lastOf, openedMessage, type RoomMessage } from './roomMessages.ts'

/** What is known of how far rooms are read, beside what is stored. */
export interface RoomDesk extends RoomKeyDesk {
  /** The page of its history that the server has told of each room last. */
  readonly histories: Map<number, readonly RoomMessage[]>
  /** Rooms that are catching up, and what came meanwhile. */
  readonly catching: Map<number, RoomMessage[]>
  /** Rooms of which nothing more is told before they have caught up. */
  readonly stalled: Set<number>
  /** Settle behind all that is to be opened of a room so far. */
  readonly queues: Map<number, Promise<void>>
}

export const roomDeskOf = (keys: RoomKeyDesk): RoomDesk => ({
  ...keys,
  histories: new Map(),
  catching: new Map(),
  stalled: new Set(),
  queues: new Map(),
})

const stallMs = 2000
const pageMessages = 50
const pagesMax = 200

const stall = (desk: RoomDesk, room: number): void => {
  desk.stalled.add(room)
  desk.ports.clock.after(stallMs, () => {
    desk.stalled.delete(room)
    catchUpIn(desk, room).catch(() => {})
  })
}

const openNext = async (desk: RoomDesk, room: number, message: RoomMessage): Promise<void> => {
  if (desk.stalled.has(room)) return
  try {
    const found = await openedMessage(desk, room, message)
    desk.letters.passing(() => Promise.resolve(found))
  } catch {
    stall(desk, room)
  }
}

/** Rooms wait for keys, and one does not wait for another, nor letters for rooms: keys are letters. */
const enqueue = (desk: RoomDesk, room: number, messages: readonly RoomMessage[]): void => {
  const { queues } = desk
  for (const message of messages) {
    const before = queues.get(room) ?? Promise.resolve()
    queues.set(
      room,
      before.then(() => openNext(desk, room, message)),
    )
  }
}

/** A message came by the wire. */
export const messageCame = (desk: RoomDesk, room: number, read: () => RoomMessage): void => {
  if (!desk.places.get(audienceOf(room))) return
  const meanwhile = desk.catching.get(room)
  if (meanwhile) meanwhile.push(read())
  else enqueue(desk, room, [read()])
}

const history = async (
  { wire, histories }: RoomDesk,
  room: number,
  before?: number,
): Promise<readonly RoomMessage[]> => {
  histories.delete(room)
  const page = before === undefined ? {} : { before }
  await wire.ask('room_history', { room_id: room, limit: pageMessages, ...page })
  // The answer comes before its acknowledgement.
  return histories.get(room) ?? fail('ANSWER_INVALID')
}

/** What came since the last one that was told, oldest first. */
const missedIn = async (desk: RoomDesk, room: number): Promise<readonly RoomMessage[]> => {
  const lastId = lastOf(desk.store, room)
  let missed: readonly RoomMessage[] = []
  for (let page = 0; page < pagesMax; page++) {
    const found = await history(desk, room, missed[0]?.id)
    missed = [...found.filter(({ id }) => id > lastId), ...missed]
    if (found.length < pageMessages || (found[0]?.id ?? 0) <= lastId) break
  }
  return missed
}

export const catchUpIn = async (desk: RoomDesk, room: number): Promise<void> => {
  const { catching } = desk
  const came: RoomMessage[] = catching.get(room) ?? []
  catching.set(room, came)
  try {
    const missed = await missedIn(desk, room)
    const newest = missed.at(-1)?.id ?? 0
    enqueue(desk, room, [...missed, ...came.filter(({ id }) => id > newest)])
  } finally {
    catching.delete(room)
  }
}

export const catchUpWith = async (desk: RoomDesk, missed: readonly number[]): Promise<void> => {
  for (const room of missed) desk.members.delete(room)
  await Promise.allSettled(missed.map((room) => catchUpIn(desk, room)))
  await Promise.all(desk.queues.values())
}
