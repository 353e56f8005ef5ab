import { toHex } from '@sotto/protocol'
import { encodeText } from '../../src/content/text/text.ts'
import { memoryDisk, openMemoryStore } from '../../src/memory/store.ts'
import { emptyRoom, type OutboxItem, type RoomState } from '../../src/room/state.ts'
import {
  type AroundQuery,
  type Reader,
  readAround,
  type ReadRoom,
  readTimeline,
  type TimelineQuery,
} from '../../src/timeline/timeline.ts'
import { itemsOf, outboxItemsOf, type SenderOf } from '../../src/timeline/view.ts'
import type { ClientEvent, TimelineItem, TimelineStretch } from '../../src/view.ts'
import { accountOf, append, deviceOf, logOf, messageOf, room, roomId, said, type Word } from './talk.ts'

type Told = Extract<ClientEvent, { kind: 'timeline' }>

/** A room of one user in a store, which hears of messages and writes some. */
export interface Kept {
  readonly room: string
  /** So many entries come; what is told of them. */
  arrive(count: number): Promise<Told>
  /** The user writes something. */
  write(): Told
  /** The log shows what was written first. */
  log(): Promise<Told | undefined>
  read(query: TimelineQuery): Promise<{ readonly items: readonly TimelineItem[]; readonly more: boolean }>
  around(query: AroundQuery): Promise<TimelineStretch>
  whole(): Promise<readonly TimelineItem[]>
}

const own = 0
const senderOf: SenderOf = (account) => ({
  account: toHex(account),
  name: toHex(account).slice(0, 8),
  own: toHex(account) === toHex(accountOf(own)),
  isBot: false,
})
const reader: Reader = { account: accountOf(own), device: deviceOf(own), senderOf }

/** Every third entry shows nothing. */
const wordAt = (seq: number): Word =>
  seq % 3 === 1 ? { kind: 'silence' } : { kind: 'text', who: 1 + (seq % 2) }

export const keptRoom = async (length: number, readSeq: number): Promise<Kept> => {
  const store = await openMemoryStore(memoryDisk())
  const initial = emptyRoom(roomId, { kind: 'active' })
  let state: RoomState = { ...initial, summary: { ...initial.summary, readSeq } }
  let next = 0
  let written = 0
  const kept: ReadRoom = {
    id: room,
    state: () => state,
    acknowledged: () => undefined,
    noSpaceFor: () => undefined,
  }

  const take = async (entries: ReturnType<typeof logOf>): Promise<Told> => {
    const { fresh } = await append(store, entries)
    next += entries.length
    state = { ...state, place: { ...state.place, cursor: next - 1 } }
    return { kind: 'timeline', room, items: fresh.flatMap((record) => itemsOf(record, senderOf)) }
  }
  const arrive = (count: number): Promise<Told> =>
    take(logOf(Array.from({ length: next + count }, (_, seq) => wordAt(seq))).slice(next))

  await arrive(length)
  return {
    room,
    arrive,
    write: () => {
      const order = (written += 1)
      const message = messageOf(1_000_000 + order)
      const content = encodeText(`written ${order}`, new Uint8Array(16), 0)
      const item: OutboxItem = {
        order,
        message,
        content,
        composedMs: 5,
        stage: { kind: 'queued' },
        hashes: [],
      }
      state = { ...state, outbox: [...state.outbox, item] }
      const items = outboxItemsOf([item], {
        ...kept,
        device: reader.device,
        sender: senderOf(reader.account),
      })
      return { kind: 'timeline', room, items }
    },
    log: async () => {
      const [first, ...others] = state.outbox
      if (!first) return undefined
      state = { ...state, outbox: others }
      return take([said(next, own, first.content, first.message)])
    },
    read: (query) => readTimeline(store, kept, reader, query),
    around: (query) => readAround(store, kept, reader, query),
    whole: async () => (await readTimeline(store, kept, reader, { after: 0, limit: 500 })).items,
  }
}
