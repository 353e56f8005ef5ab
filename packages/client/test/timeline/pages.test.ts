import { limits } from '@sotto/protocol'
import { roles } from '@sotto/trust'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readContent } from '../../src/content/content.ts'
import { encodeText } from '../../src/content/text/text.ts'
import { memoryDisk, openMemoryStore } from '../../src/memory/store.ts'
import { roomKeys } from '../../src/room/keys.ts'
import { recordsBefore, recordsFrom } from '../../src/timeline/pages.ts'
import { decodeLogRecord, encodeLogRecord, type RecordedItem } from '../../src/timeline/record.ts'

const room = 'ab'.repeat(16)
const account = new Uint8Array(32).fill(1)
const item: RecordedItem = { kind: 'event', actor: account, event: { kind: 'left' } }

/** A room whose log shows something at these places and nothing at the others. */
const logged = async (length: number, shows: (seq: number) => boolean) => {
  const store = await openMemoryStore(memoryDisk())
  await store.commit(
    Array.from({ length }, (_, seq) => ({
      kind: 'put' as const,
      key: roomKeys.logEntry(room, seq),
      value: encodeLogRecord({ anchor: new Uint8Array(16), timeMs: seq, items: shows(seq) ? [item] : [] }),
    })),
  )
  return store
}

describe('records of a log', () => {
  it('hold all that one commit can do to a room: a role changed or a place lost for every member, and as many who come', () => {
    const items = Array.from({ length: 2 * limits.leavesPerRoomMax + 96 }, (_, at): RecordedItem => {
      const who = new Uint8Array(32)
        .fill(1)
        .with(0, at >> 8)
        .with(1, at & 255)
      return { kind: 'event', actor: account, event: { kind: 'role', account: who, role: roles.admin } }
    })
    const record = { anchor: new Uint8Array(16), timeMs: 7, items }
    expect(decodeLogRecord(encodeLogRecord(record))).toEqual(record)
  })

  it('are written and read back', () => {
    const items: readonly RecordedItem[] = [
      {
        kind: 'message',
        message: new Uint8Array(16),
        device: new Uint8Array(16),
        account,
        said: readContent(encodeText('hello', new Uint8Array(16), 5)),
      },
      { kind: 'event', actor: account, event: { kind: 'added', account } },
      { kind: 'event', actor: account, event: { kind: 'renamed', name: 'Général' } },
      { kind: 'unreadable' },
    ]
    const record = { anchor: new Uint8Array(16).fill(3), timeMs: 7, items }
    expect(decodeLogRecord(encodeLogRecord(record))).toEqual(record)
    expect(() => decodeLogRecord(new Uint8Array([1]))).toThrow(
      expect.objectContaining({ code: 'storage_damaged' }),
    )
  })

  it('every page from the end to the beginning, put together, is the log', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(700),
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 7 }),
        async (length, limit, every) => {
          const shows = (seq: number) => seq % every === 0
          const store = await logged(length, shows)
          const wanted = Array.from({ length }, (_, seq) => seq).filter(shows)
          const down: number[] = []
          for (let before: number | null = null; ;) {
            const page = await recordsBefore(store, room, before, limit)
            const seqs = page.records.map(({ seq }) => seq)
            down.unshift(...seqs)
            if (!page.more) break
            expect(seqs).toHaveLength(limit)
            before = seqs[0] as number
          }
          expect(down).toEqual(wanted)
          const up: number[] = []
          for (let from = 0; ;) {
            const page = await recordsFrom(store, room, from, limit)
            up.push(...page.records.map(({ seq }) => seq))
            if (!page.more) break
            from = (up.at(-1) as number) + 1
          }
          expect(up).toEqual(wanted)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('of another room are not seen', async () => {
    const store = await logged(3, () => true)
    expect((await recordsBefore(store, 'ac'.repeat(16), null, 10)).records).toEqual([])
    expect((await recordsFrom(store, 'aa'.repeat(16), 0, 10)).records).toEqual([])
  })
})
