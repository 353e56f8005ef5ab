import { type Client, isReadable, readUpTo, type RoomView } from '@sotto/client'
import { type MessageRecord, messageRecord } from './message.ts'

const itemsPerPage = 200

interface Reading {
  /** Prints what is unread; a call during another one makes that one look again. */
  read(): Promise<void>
  /** How many messages have been printed. */
  count(): number
}

/** Resolves when the system has what was printed; rejects where it could not be written. */
type Print = (record: MessageRecord) => Promise<void>

/**
 * Prints the unread messages of others in one room and moves the read marker behind them: behind what is written. A
 * reader that is slow is waited for.
 */
const readingOf = (client: Client, room: RoomView, print: Print): Reading => {
  let cursor = room.readSeq
  let printed = 0
  let running: Promise<void> = Promise.resolve()

  const readPage = async (): Promise<boolean> => {
    const { items, more } = await client.timeline({ room: room.id, after: cursor + 1, limit: itemsPerPage })
    let written = 0
    try {
      for (const item of items) {
        const record = messageRecord(room.id, item)
        if (record && !(item.kind === 'message' && item.sender.own)) {
          await print(record)
          printed += 1
        }
        written += 1
      }
    } finally {
      await markRead(readUpTo(items.slice(0, written), more ? 'inside' : 'end'))
    }
    return more
  }
  const markRead = async (seq: number): Promise<void> => {
    if (seq <= cursor) return
    cursor = seq
    await client.markRead({ room: room.id, seq })
  }
  return {
    read: () => {
      running = running.then(async () => {
        while (await readPage());
      })
      return running
    },
    count: () => printed,
  }
}

export interface Inbox {
  readNow(): Promise<void>
  count(): number
  /** Reads on with every event; `listener` is called after something was printed. */
  follow(listener: () => void): () => void
  /** Rejects when reading on has failed. */
  readonly failed: Promise<never>
}

/** Reads one room, or all of them and those that are still to come. */
export const inboxOf = (client: Client, only: RoomView | undefined, print: Print): Inbox => {
  const readings = new Map<string, Reading>()
  const wanted = (): readonly RoomView[] =>
    client.state().rooms.filter((room) => isReadable(room) && (!only || room.id === only.id))
  const readingIn = (room: RoomView): Reading => {
    const known = readings.get(room.id)
    if (known) return known
    const reading = readingOf(client, room, print)
    readings.set(room.id, reading)
    return reading
  }
  const count = (): number => [...readings.values()].reduce((sum, reading) => sum + reading.count(), 0)
  const readNow = async (): Promise<void> => {
    for (const room of wanted()) await readingIn(room).read()
  }
  let fail: (error: unknown) => void = () => {}
  const failed = new Promise<never>((_, reject) => (fail = reject))
  failed.catch(() => {})

  const follow = (listener: () => void): (() => void) => {
    const readOn = async (room: RoomView): Promise<void> => {
      const before = count()
      await readingIn(room).read()
      if (count() > before) listener()
    }
    return client.subscribe((event) => {
      switch (event.kind) {
        case 'timeline':
        case 'state': {
          const concerned = (room: RoomView): boolean =>
            event.kind === 'timeline' ? room.id === event.room : room.unread > 0
          for (const room of wanted().filter(concerned)) readOn(room).catch(fail)
          return
        }
        case 'changed':
        case 'discarded':
      }
    })
  }
  return { readNow, count, follow, failed }
}
