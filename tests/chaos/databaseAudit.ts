import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { decodeEntry, entryHash, entryKinds, toHex } from '@sotto/protocol'

/** What the database of a stopped server says about its logs. */
export interface Audit {
  readonly entries: number
  /** Room to the last place of its log. */
  readonly heads: ReadonlyMap<string, number>
  readonly violations: readonly string[]
}

interface Row {
  readonly seq: number
  readonly entry: Uint8Array
  readonly hash: Uint8Array
  readonly payload: Uint8Array | null
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Places without a gap, each entry bound to the one before, one commit for each epoch, payloads as they were hashed. */
const auditRoom = (room: string, rows: readonly Row[]): readonly string[] => {
  const violations: string[] = []
  let previous = '00'.repeat(32)
  let epoch = 0
  for (const [at, { seq, entry: bytes, hash, payload }] of rows.entries()) {
    const entry = decodeEntry(bytes)
    const complain = (what: string): void => void violations.push(`room ${room.slice(0, 8)}, ${seq}: ${what}`)
    if (seq !== at || entry.seq !== at) complain(`stands at place ${at}`)
    if (toHex(entry.room) !== room) complain('belongs to another room')
    if (toHex(entry.previousHash) !== previous) complain('does not follow the entry before')
    if (toHex(hash) !== toHex(entryHash(bytes))) complain('is not what its hash says')
    if (payload && sha256(payload) !== toHex(entry.payloadHash)) complain('has another payload')
    if (entry.kind !== entryKinds.nack && entry.epoch !== epoch)
      complain(`is of epoch ${entry.epoch} among those of ${epoch}`)
    if (entry.kind === entryKinds.commit) epoch += 1
    previous = toHex(hash)
  }
  return violations
}

/** @param data directory of a server that is not running */
export const auditDatabase = (data: string): Audit => {
  const database = new DatabaseSync(join(data, 'sotto.db'), { readOnly: true })
  try {
    const violations: string[] = []
    const [integrity] = Object.values(database.prepare('PRAGMA integrity_check').get() ?? {})
    if (integrity !== 'ok') violations.push(`the database is damaged: ${String(integrity)}`)
    if (database.prepare('PRAGMA foreign_key_check').all().length > 0)
      violations.push('the database has rows that refer to nothing')
    const rooms = database.prepare('SELECT id, room FROM rooms').all() as unknown as readonly {
      readonly id: number
      readonly room: Uint8Array
    }[]
    const readEntries = database.prepare(
      'SELECT seq, entry, hash, payload FROM entries WHERE room_id = ? ORDER BY seq',
    )
    const readHead = database.prepare('SELECT seq FROM heads WHERE room_id = ?')
    const heads = new Map<string, number>()
    let entries = 0
    for (const { id, room } of rooms) {
      const rows = readEntries.all(id) as unknown as readonly Row[]
      const name = toHex(room)
      violations.push(...auditRoom(name, rows))
      const head = Number(readHead.get(id)?.['seq'])
      if (head !== rows.length - 1)
        violations.push(`room ${name.slice(0, 8)} ends at ${head}, not at its last entry`)
      heads.set(name, head)
      entries += rows.length
    }
    return { entries, heads, violations }
  } finally {
    database.close()
  }
}
