import { entryHash, entryKinds } from '@sotto/protocol'
import { hex } from '../words.ts'
import type { Evidence } from './evidence.ts'

/**
 * I1: what was acknowledged stands where it was acknowledged. I2: places are dense, the chain of hashes holds, and
 * what each device has processed is a beginning of this log. I3: one commit per epoch, and everything of an epoch
 * between the commits that begin and end it.
 */
export const checkLog = ({ world, logs, witnesses }: Evidence): void => {
  for (const { room, entries } of logs.values()) {
    let previous = '00'.repeat(32)
    let epoch = 0
    for (const [at, { entry, stored, hash }] of entries.entries()) {
      const where = `${room.slice(0, 8)}/${at}`
      if (entry.seq !== at || hex(entry.room) !== room) world.fail('I2', `${where} says it is ${entry.seq}`)
      if (hex(entry.previousHash) !== previous) world.fail('I2', `${where} does not follow`)
      if (hex(entryHash(stored.entry)) !== hash) world.fail('I2', `${where} has another hash`)
      if (entry.epoch !== epoch) world.fail('I3', `${where} is of epoch ${entry.epoch} in epoch ${epoch}`)
      if (entry.kind === entryKinds.commit) epoch += 1
      previous = hash
    }
    const told = world.server.data().rooms.get(room)?.epoch
    if (told !== epoch) world.fail('I3', `${room.slice(0, 8)} is in epoch ${told} after ${epoch} commits`)
  }
  if (!world.used.has('server_restore'))
    for (const promise of world.truth.promises.values()) {
      const there = logs.get(promise.room)?.entries[promise.seq]
      if (there?.hash !== promise.hash)
        world.fail('I1', `${promise.room.slice(0, 8)}/${promise.seq} was promised and is not there`)
    }
  for (const { device, rooms } of witnesses)
    for (const [room, { place, phase }] of rooms) {
      if (phase.kind !== 'active' && phase.kind !== 'leaving' && phase.kind !== 'parting') continue
      const there = logs.get(room)?.entries[place.cursor]
      if (there?.hash !== hex(place.hash))
        world.fail('I2', `${device.name} has processed another log of ${room.slice(0, 8)} at ${place.cursor}`)
    }
}
