import { decodeLogRecord } from '../../../packages/client/src/timeline/record.ts'
import { roomKeys, within } from '../../../packages/client/src/room/keys.ts'
import { anchorHashBytes } from '@sotto/protocol'
import { hex } from '../words.ts'
import type { Evidence } from './evidence.ts'

/**
 * I13: whoever has believed another log than the one that stands has stopped, visibly. And nobody goes on in a room in
 * which a message that it took in speaks of another past than its own.
 */
export const checkLies = ({ world, logs, witnesses }: Evidence): void => {
  for (const { device, rooms } of witnesses)
    for (const [room, { phase, place }] of rooms) {
      const log = logs.get(room)
      if (!log || phase.kind !== 'active') continue
      const where = `${device.name} in ${room.slice(0, 8)}`
      const { from, to } = within(roomKeys.log(room))
      for (const [key, row] of device.disk.rows) {
        if (key < from || key >= to) continue
        const seq = roomKeys.logSeq(key)
        const { anchor } = decodeLogRecord(row)
        const there = log.entries[seq]
        if (there && hex(there.stored.hash.subarray(0, anchorHashBytes)) !== hex(anchor))
          world.fail('I13', `${where} goes on, and believes another entry ${seq}`)
      }
      for (const { entry, envelope } of log.entries.slice(0, place.cursor + 1)) {
        if (!envelope) continue
        const named = log.entries[envelope.anchorSeq]
        const isTrue =
          named && hex(named.stored.hash.subarray(0, anchorHashBytes)) === hex(envelope.anchorHash)
        if (!isTrue) world.fail('I13', `${where} took in ${entry.seq}, which speaks of another past`)
      }
    }
}
