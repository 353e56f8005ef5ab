import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { encodeEntry, entryHash, type EntryKind, entryKinds } from '@sotto/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { auditDatabase } from './databaseAudit.ts'

const room = new Uint8Array(16).fill(7)
const zeros = new Uint8Array(32)
const payloadOf = (seq: number): Uint8Array => new Uint8Array([seq])

const kinds: readonly EntryKind[] = [
  entryKinds.create,
  entryKinds.app,
  entryKinds.commit,
  entryKinds.app,
  entryKinds.app,
]

/** A log with a commit in its middle, as the server writes it. */
const writeLog = (database: DatabaseSync): void => {
  database.exec(`
    CREATE TABLE rooms (id INTEGER PRIMARY KEY, room BLOB);
    CREATE TABLE heads (room_id INTEGER, seq INTEGER);
    CREATE TABLE entries (room_id INTEGER, seq INTEGER, entry BLOB, hash BLOB, payload BLOB);
  `)
  database.prepare('INSERT INTO rooms VALUES (1, ?)').run(room)
  database.prepare('INSERT INTO heads VALUES (1, ?)').run(kinds.length - 1)
  const insert = database.prepare('INSERT INTO entries VALUES (1, ?, ?, ?, ?)')
  let previousHash: Uint8Array = zeros
  let epoch = 0
  for (const [seq, kind] of kinds.entries()) {
    const payload = payloadOf(seq)
    const payloadHash = new Uint8Array(createHash('sha256').update(payload).digest())
    const entry = encodeEntry({
      version: 1,
      room,
      seq,
      previousHash,
      kind,
      epoch,
      senderTag: zeros,
      payloadHash,
      auxHash: null,
      timeMs: 0,
    })
    previousHash = entryHash(entry)
    insert.run(seq, entry, previousHash, payload)
    if (kind === entryKinds.commit) epoch += 1
  }
}

describe('the audit of a log', () => {
  let data: string
  let database: DatabaseSync
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'sotto-audit-'))
    database = new DatabaseSync(join(data, 'sotto.db'))
    writeLog(database)
  })
  afterEach(() => {
    database.close()
    rmSync(data, { recursive: true, force: true })
  })

  it('is content with a whole one', () => {
    expect(auditDatabase(data)).toEqual({
      entries: 5,
      heads: new Map([['07'.repeat(16), 4]]),
      violations: [],
    })
  })

  it.each([
    ['a gap', 'DELETE FROM entries WHERE seq = 3', '4: stands at place 3'],
    ['an end that is gone', 'DELETE FROM entries WHERE seq = 4', 'ends at 4, not at its last entry'],
    ['another payload', `UPDATE entries SET payload = x'ff' WHERE seq = 1`, '1: has another payload'],
    [
      'another entry',
      'UPDATE entries SET entry = (SELECT entry FROM entries WHERE seq = 3) WHERE seq = 4',
      '4: does not follow the entry before',
    ],
    ['another hash', 'UPDATE entries SET hash = zeroblob(32) WHERE seq = 2', '2: is not what its hash says'],
  ])('finds %s', (_, fault, violation) => {
    database.exec(fault)
    expect(auditDatabase(data).violations.join('\n')).toContain(violation)
  })
})
