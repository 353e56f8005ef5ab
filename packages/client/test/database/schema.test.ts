import { describe, expect, it } from 'vitest'
import { keysOf } from '../../src/database/family.ts'
import { schema } from '../../src/database/schema.ts'
import { roomKeys } from '../../src/room/keys.ts'
import { changedRows, presentSchema, readRecorded } from './recorded.ts'

const whatToDo = `
The rows of this device are written otherwise than in the version that was written down. Stores that are out there have
the old ones:
  1. raise newestVersion in packages/client/src/database/version.ts
  2. write migrations/toVersionN.ts, which leads the old rows to the new ones, and add it to migrations/index.ts
  3. node packages/client/test/database/writeSchema.ts
`

describe('the schema of stored rows', () => {
  it('changes together with its version, and not without', () => {
    const [recorded, now] = [readRecorded(), presentSchema()]
    expect(changedRows(recorded, now), whatToDo).toEqual([])
    expect(recorded.version, whatToDo).toBe(now.version)
  })

  it('has one family for each key', () => {
    const room = 'ab'.repeat(16)
    const keys = [
      ...schema.map(({ key }) => key).filter((key) => !key.includes('<')),
      roomKeys.phase(room),
      roomKeys.place(room),
      roomKeys.summary(room),
      roomKeys.lastPolicy(room),
      roomKeys.meta(room),
      roomKeys.metaKeys(room),
      roomKeys.pending(room),
      roomKeys.hooks(room),
      roomKeys.intents(room),
      roomKeys.draft(room),
      roomKeys.offers(room),
      roomKeys.declined(room),
      `${roomKeys.group(room)}ratchets/0`,
      `${roomKeys.staged(room)}member`,
      roomKeys.observed(room),
      roomKeys.outboxItem(room, 7),
      roomKeys.logEntry(room, 7),
      roomKeys.rawEntry(room, 7),
      roomKeys.rawBlock(room, 7),
      roomKeys.knownMessage(room, room),
      roomKeys.reference(room, room.repeat(2)),
      roomKeys.marks(room, 7),
      roomKeys.waitingMark(room, 7, room.repeat(2)),
    ]
    for (const key of keys) expect(schema.filter((one) => keysOf(one).test(key)).length, key).toBe(1)
  })

  it('sees a change in each of its shapes', () => {
    const [now] = [presentSchema()]
    for (const key of Object.keys(now.rows)) {
      const otherwise = { ...now, rows: { ...now.rows, [key]: `${now.rows[key]}, boolean` } }
      expect(changedRows(now, otherwise)).toEqual([key])
    }
  })
})
