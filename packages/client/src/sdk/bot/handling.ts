import type { FailureCode } from '@sotto/protocol'
import { SottoError } from '@sotto/protocol'
import type { Client, RoomView, TimelineItem } from '../../view.ts'
import { type Message, messageOf } from '../events.ts'
import { isReadable, readUpTo } from '../reading.ts'
import type { BotMemory } from './memory.ts'
import { backoffMs, type Patience } from './patience.ts'

/** Something the bot could not do, or could not read; it goes on. */
export type BotTrouble =
  /** The handler failed for this message again and again; it is passed over. */
  | { readonly kind: 'handler'; readonly message: Message; readonly error: unknown }
  /** A message stands here that this device has no key for. */
  | { readonly kind: 'missed'; readonly room: string; readonly seq: number }
  /** Something the bot said was refused. */
  | { readonly kind: 'refused'; readonly room: string; readonly id: string; readonly code: FailureCode }
  /** An invitation that the bot was told to accept could not be accepted; the next start tries again. */
  | { readonly kind: 'invitation'; readonly room: string; readonly error: unknown }
  /** The members of a room could not be told which commands there are; the next start tries again. */
  | { readonly kind: 'offer'; readonly room: string; readonly error: unknown }
  /** It cannot sign in at the moment, and tries again. */
  | { readonly kind: 'session'; readonly error: unknown }

export interface HandlingDeps {
  readonly client: Client
  readonly memory: BotMemory
  readonly patience: Patience
  /** Resolves when the message need not come again; `unseen` when the bot was not to see it. */
  handle(message: Message): Promise<'handled' | 'unseen'>
  /** Somebody has come into a room, or has come back into it. */
  arrived(room: string): void
  trouble(trouble: BotTrouble): void
  /** Nothing can be read or remembered any more. */
  fail(error: unknown): void
}

/**
 * Brings each message to the handler at least once, each room's in their order: the place of a message is remembered
 * when it has been handled, and not before. A bot that is killed in between gets it again.
 */
export interface Handling {
  /** Something has come in this room. */
  readOn(room: string): void
  /** Reads on wherever the bot is. */
  readAll(rooms: readonly RoomView[]): void
  /** Resolves when what is under way has been handled. */
  rest(): Promise<void>
}

/** `ended`: the bot has ended before the message was handled. */
type Outcome = 'handled' | 'unseen' | 'ended'

const itemsPerPage = 100
const attemptsMax = 3
const firstRetryMs = 1000
const retryMaxMs = 30_000

export const handlingOf = (deps: HandlingDeps): Handling => {
  const { client, memory, patience } = deps
  const cursors = new Map<string, number>()
  const running = new Map<string, Promise<void>>()
  /** Rooms in which something came while they were being read. */
  const again = new Set<string>()

  const cursorIn = async (room: string): Promise<number> => {
    const known = cursors.get(room) ?? (await memory.handledTo(room))
    cursors.set(room, known)
    return known
  }
  const advance = async (room: string, seq: number): Promise<void> => {
    if (seq <= (await cursorIn(room))) return
    await memory.setHandledTo(room, seq)
    cursors.set(room, seq)
  }

  const handled = async (message: Message): Promise<Outcome> => {
    for (let attempt = 0; !patience.isOver(); attempt++) {
      try {
        return await deps.handle(message)
      } catch (error) {
        // What fails because the bot is ending comes again.
        if (patience.isOver()) return 'ended'
        if (attempt + 1 >= attemptsMax) {
          deps.trouble({ kind: 'handler', message, error })
          return 'handled'
        }
        await patience.wait(backoffMs(attempt, firstRetryMs, retryMaxMs))
      }
    }
    return 'ended'
  }

  const perform = async (room: string, item: TimelineItem): Promise<Outcome> => {
    switch (item.kind) {
      case 'message': {
        const message = messageOf(room, item)
        return message === undefined || item.sender.own ? 'unseen' : handled(message)
      }
      case 'missed':
      case 'unreadable':
        deps.trouble({ kind: 'missed', room, seq: item.seq })
        return 'handled'
      case 'event':
        if (item.event.kind === 'added' || item.event.kind === 'rejoined') deps.arrived(room)
        return 'unseen'
      // No person says it, and two programs that answer each other would not end.
      case 'hook':
        return 'unseen'
    }
  }

  const readPage = async (room: string): Promise<boolean> => {
    const after = (await cursorIn(room)) + 1
    const { items, more } = await client.timeline({ room, after, limit: itemsPerPage })
    for (const item of items) {
      const outcome = patience.isOver() ? 'ended' : await perform(room, item)
      if (outcome === 'ended') return false
      // What was not shown to the handler may be looked at again: its place is remembered with that of others.
      if (outcome === 'handled' && item.seq !== null) await advance(room, item.seq)
    }
    const seq = readUpTo(items, more ? 'inside' : 'end')
    await advance(room, seq)
    if (seq > 0) await client.markRead({ room, seq })
    return more
  }

  const read = async (room: string): Promise<void> => {
    do {
      again.delete(room)
      while (await readPage(room));
    } while (again.has(room) && !patience.isOver())
  }

  const readOn = (room: string): void => {
    if (patience.isOver()) return
    again.add(room)
    if (running.has(room)) return
    const reading = read(room)
      .catch((error: unknown) => {
        // It was left meanwhile, and there is nothing to read.
        if (!(error instanceof SottoError && error.code === 'room_unknown')) deps.fail(error)
      })
      .finally(() => running.delete(room))
    running.set(room, reading)
  }

  return {
    readOn,
    readAll: (rooms) => {
      for (const room of rooms) if (isReadable(room)) readOn(room.id)
    },
    rest: async () => {
      await Promise.all(running.values())
    },
  }
}
