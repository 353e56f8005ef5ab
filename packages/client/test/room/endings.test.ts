import { encodeCanonical } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { textDraft } from '../../src/draft/draft.ts'
import { openDatabase } from '../../src/database/openDatabase.ts'
import { memoryDisk, openMemoryStore } from '../../src/memory/store.ts'
import { loadRooms } from '../../src/room/load.ts'
import { deleted, givenUp } from '../../src/room/ending.ts'
import { invitedTo, uninvited } from '../../src/room/invitation.ts'
import { readRow, roomChanges } from '../../src/room/rows.ts'
import { emptyRoom, type Ended, endOf, isShown, type Phase } from '../../src/room/state.ts'
import type { RoomState } from '../../src/room/state.ts'

const id = new Uint8Array(16).fill(7)
const inviter = new Uint8Array(32).fill(1)
const key = (row: string): string => `rooms/${'07'.repeat(16)}/${row}`

const room = (phase: Phase, part: Partial<RoomState> = {}): RoomState => ({
  ...emptyRoom(id, phase),
  ...part,
})
const summary = { name: 'Plans', memberCount: 2, unread: 1, readSeq: 3, activeMs: 9, latest: null }

const endings: readonly Ended[] = [
  { kind: 'left' },
  { kind: 'removed' },
  { kind: 'refounded', successor: new Uint8Array(16).fill(3) },
]

describe('OUT-1: a room that has ended', () => {
  it.each(endings)('as $kind keeps its name, and can be invited to and deleted', (end) => {
    const kept = givenUp(room({ kind: 'active' }, { summary, draft: textDraft('so') }), end).room
    expect(kept).toMatchObject({ phase: end, summary, draft: textDraft('so') })
    const waiting = { inviter, timeMs: 5, seq: 4, entryHash: inviter }
    const invited = invitedTo(kept, waiting)
    const entry = { seq: 4, hash: inviter }
    expect(invited.phase).toEqual({ kind: 'invited', inviter, timeMs: 5, before: end, entry })
    // A second invitation does not hide what was before the first.
    expect(invitedTo(invited, { ...waiting, timeMs: 6 }).phase).toMatchObject({ before: end })
    expect(uninvited(invited)).toEqual(kept)
    const gone = deleted(kept).room
    expect(isShown(gone)).toBe(false)
    expect(gone).toEqual({ ...emptyRoom(id, { kind: 'absent' }), place: kept.place })
    expect(deleted(invited).room.phase).toMatchObject({ kind: 'invited', before: { kind: 'absent' } })
  })

  it('is shown as what its user has done, whatever this device still has to do about it', () => {
    expect(endOf(room({ kind: 'leaving' }))).toEqual({ kind: 'left' })
    const before = { kind: 'parting', to: { kind: 'absent' }, isDeclined: true } as const
    expect(isShown(room(before))).toBe(false)
    expect(isShown(room({ kind: 'frozen', code: 'fork', rule: null, nack: null, before }))).toBe(false)
    expect(endOf(deleted(room({ kind: 'leaving' })).room)).toEqual({ kind: 'absent' })
  })

  it('OUT-3: is not deleted while one is in it', () => {
    const phases: readonly Phase[] = [
      { kind: 'active' },
      { kind: 'creating', groupInfo: id, tree: id, meta: id },
      { kind: 'frozen', code: 'fork', rule: null, nack: null, before: { kind: 'active' } },
      { kind: 'invited', inviter, timeMs: 0, before: { kind: 'absent' }, entry: null },
    ]
    for (const phase of phases) expect(() => deleted(room(phase))).toThrow('a room is left before')
  })

  it('is stored, and read back as it was', () => {
    const phases: readonly Phase[] = [
      ...endings,
      { kind: 'absent' },
      { kind: 'leaving' },
      ...endings.map((to) => ({ kind: 'parting', to, isDeclined: to.kind === 'left' }) as const),
      ...endings.map(
        (before) => ({ kind: 'invited', inviter: null, timeMs: 4, before, entry: null }) as const,
      ),
      { kind: 'invited', inviter, timeMs: 4, before: { kind: 'left' }, entry: { seq: 3, hash: inviter } },
    ]
    for (const phase of phases) {
      const row = roomChanges(null, room(phase)).findLast(
        (change) => 'key' in change && change.key === key('phase'),
      )
      expect(row?.kind === 'put' && readRow.phase(row.value)).toEqual(phase)
    }
  })
})

/** Rows as the versions before wrote them, byte by byte. */
describe('rooms of earlier versions', () => {
  const openedFrom = async (rows: Readonly<Record<string, Uint8Array>>): Promise<RoomState | undefined> => {
    const store = await openMemoryStore(memoryDisk())
    await store.commit(Object.entries(rows).map(([name, value]) => ({ kind: 'put', key: key(name), value })))
    return (await loadRooms(await openDatabase(store)))[0]
  }
  const phaseRow = (...value: readonly (number | Uint8Array | null)[]): Uint8Array =>
    encodeCanonical([...value])
  const faceRow = encodeCanonical(['Plans', 2, 1, 3, 9, null])

  it('that were left are not there', async () => {
    const opened = await openedFrom({ phase: phaseRow(6) })
    expect(opened?.phase).toEqual({ kind: 'absent' })
    expect(opened && isShown(opened)).toBe(false)
  })

  it('that invite are told apart by whether one was in them', async () => {
    const fresh = await openedFrom({ phase: phaseRow(1, inviter, 5) })
    const entry = null
    expect(fresh?.phase).toEqual({ kind: 'invited', inviter, timeMs: 5, before: { kind: 'absent' }, entry })
    const again = await openedFrom({ phase: phaseRow(1, null, 5), face: faceRow })
    expect(again?.phase).toEqual({
      kind: 'invited',
      inviter: null,
      timeMs: 5,
      before: { kind: 'removed' },
      entry,
    })
    const before = { kind: 'left' }
    const later = await openedFrom({ phase: encodeCanonical([1, inviter, 5, [9]]), face: faceRow })
    expect(later?.phase).toEqual({ kind: 'invited', inviter, timeMs: 5, before, entry })
    expect(again?.summary.name).toBe('Plans')
  })

  it('that had ended otherwise are what they were', async () => {
    const successor = new Uint8Array(16).fill(3)
    expect((await openedFrom({ phase: phaseRow(5), face: faceRow }))?.phase).toEqual({ kind: 'removed' })
    expect((await openedFrom({ phase: phaseRow(8, successor), face: faceRow }))?.phase).toEqual({
      kind: 'refounded',
      successor,
    })
  })
})
