import { describe, expect, it } from 'vitest'
import { frozen, refrozen, thawed } from '../../src/room/freeze.ts'
import { enterRepair } from '../../src/room/repair.ts'
import { readRow, roomChanges } from '../../src/room/rows.ts'
import { emptyRoom, follows, isShown, type Phase, type RoomState } from '../../src/room/state.ts'

const room = (phase: Phase): RoomState => emptyRoom(new Uint8Array(16).fill(7), phase)
const active = room({ kind: 'active' })

describe('a room that is stopped', () => {
  it.each<[string, RoomState]>([
    ['read', active],
    ['left', room({ kind: 'leaving' })],
    ['repaired', enterRepair(active, 'client_rollback')],
  ])('goes on as one that is being %s, when the server has all of it again', (_, before) => {
    const stopped = frozen(before, 'server_rollback')
    expect(follows(stopped)).toBe(false)
    expect(isShown(stopped)).toBe(isShown(before))
    expect(thawed(stopped)).toEqual(before)
  })

  it('I8: keys that were given up before the stop are not taken up after it', () => {
    const after = thawed(frozen(enterRepair(active, 'client_rollback'), 'server_rollback'))
    expect(after.phase).toMatchObject({ kind: 'repairing', code: 'client_rollback' })
  })

  it('for a worse reason stays stopped', () => {
    for (const code of ['fork', 'policy', 'integrity'] as const)
      expect(thawed(frozen(active, code)).phase.kind).toBe('frozen')
    expect(thawed(refrozen(frozen(active, 'server_rollback'), 'fork')).phase.kind).toBe('frozen')
  })

  it('is stopped once: the first reason counts', () => {
    const first = frozen(active, 'policy', 'C2')
    expect(frozen(first, 'fork')).toBe(first)
  })

  it('is stored with what it was before', () => {
    const stopped = frozen(enterRepair(active, 'storage_damaged', 'C3'), 'fork', null, null)
    const row = roomChanges(null, stopped).find(
      (change) => change.kind === 'put' && change.key.endsWith('/phase'),
    )
    expect(row?.kind === 'put' && readRow.phase(row.value)).toEqual(stopped.phase)
  })
})
