import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, emptyDraft, type RoomView } from '@sotto/client'
import { openSqliteStore } from '../../packages/client/adapters/node/sqliteStore.ts'
import { readContent } from '../../packages/client/src/content/content.ts'
import { encodeText } from '../../packages/client/src/content/text/text.ts'
import type { Store } from '../../packages/client/src/ports/store.ts'
import { roomKeys } from '../../packages/client/src/room/keys.ts'
import { recordsFrom } from '../../packages/client/src/timeline/pages.ts'
import { encodeLogRecord } from '../../packages/client/src/timeline/record.ts'
import { itemsOf, type SenderOf } from '../../packages/client/src/timeline/view.ts'
import { inboxOf } from '../../packages/cli/src/inbox.ts'
import { ReaderGone } from '../../packages/cli/src/written.ts'

const unread = 30_000
const id = '00112233445566778899aabbccddeeff'
const account = new Uint8Array(32).fill(1)
const device = new Uint8Array(16).fill(2)

let directory: string
let store: Store
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sotto-backlog-'))
  store = await openSqliteStore(join(directory, 'store'))
  const recordAt = (seq: number): Uint8Array => {
    const message = new Uint8Array(16)
    new DataView(message.buffer).setUint32(12, seq)
    const content = encodeText(`message ${seq}`, message, seq)
    const items = [{ kind: 'message', message, device, account, said: readContent(content) }] as const
    return encodeLogRecord({ anchor: new Uint8Array(16), timeMs: seq, items })
  }
  await store.commit(
    Array.from({ length: unread }, (_, i) => ({
      kind: 'put' as const,
      key: roomKeys.logEntry(id, i + 1),
      value: recordAt(i + 1),
    })),
  )
}, 60_000)
afterAll(async () => {
  await store.close()
  rmSync(directory, { recursive: true, force: true })
})

const senderOf: SenderOf = () => ({ account: '01', name: 'alice', own: false, isBot: false })

/** Bob, whose device has all of it: the log of one room in a real store, and what was asked of it. */
const bobOf = () => {
  const room: RoomView = {
    id,
    kind: 'encrypted',
    name: 'General',
    state: { kind: 'active' },
    unread,
    readSeq: 0,
    memberCount: 2,
    latest: null,
    draft: emptyDraft,
    commands: [],
  }
  const marked: number[] = []
  const seen = { rows: 0, rowsInOneTurn: 0 }
  const counted: Store = {
    ...store,
    range: async (from, to, options) => {
      const rows = await store.range(from, to, options)
      seen.rows += rows.length
      return rows
    },
  }
  const client: Pick<Client, 'state' | 'subscribe' | 'timeline' | 'markRead'> = {
    state: () => ({ account: { kind: 'none' }, connection: { kind: 'connecting' }, rooms: [room] }),
    subscribe: () => () => {},
    timeline: async ({ after = 0, limit }) => {
      const { records, more } = await recordsFrom(counted, id, after, limit)
      return { items: records.flatMap((placed) => itemsOf({ ...placed, marks: [] }, senderOf)), more }
    },
    markRead: async ({ seq }) => void marked.push(seq),
  }
  return { client: client as Client, room, marked, seen }
}

describe('30,000 unread messages in a terminal', () => {
  it('are printed as they are read, in order, and everybody else has a turn after each page', async () => {
    const { client, room, marked, seen } = bobOf()
    const printed: number[] = []
    const inbox = inboxOf(client, room, async ({ seq }) => void printed.push(seq))
    let isReading = true
    const others = (async () => {
      while (isReading) {
        await setImmediate()
        seen.rowsInOneTurn = Math.max(seen.rowsInOneTurn, seen.rows)
        seen.rows = 0
      }
    })()
    await inbox.readNow()
    isReading = false
    await others
    expect(printed).toEqual(Array.from({ length: unread }, (_, i) => i + 1))
    expect(inbox.count()).toBe(unread)
    expect(marked.at(-1)).toBe(unread)
    expect(marked.length).toBeGreaterThan(100)
    expect(seen.rowsInOneTurn).toBeLessThanOrEqual(2 * 256)
  })

  it('are read as far as they could be written: a reader that goes loses nothing that it was not given', async () => {
    for (const given of [0, 1, 199, 200, 201, 12_345]) {
      const { client, room, marked } = bobOf()
      let printed = 0
      const inbox = inboxOf(client, room, async () => {
        if (printed === given) throw new ReaderGone()
        printed += 1
      })
      await expect(inbox.readNow()).rejects.toThrow(ReaderGone)
      expect(marked.at(-1) ?? 0).toBe(given)
    }
  })

  it('wait for a reader that is slow: nothing is read ahead of it', async () => {
    const { client, room, marked, seen } = bobOf()
    const { promise: taken, resolve: take } = Promise.withResolvers<void>()
    let printed = 0
    const inbox = inboxOf(client, room, () => {
      printed += 1
      return printed < 300 ? Promise.resolve() : taken
    })
    const reading = inbox.readNow()
    while (printed < 300) await setImmediate()
    for (let i = 0; i < 20; i++) await setImmediate()
    expect(printed).toBe(300)
    expect(marked).toEqual([200])
    expect(seen.rows).toBeLessThanOrEqual(2 * 256)
    take()
    await reading
    expect(marked.at(-1)).toBe(unread)
  })
})
