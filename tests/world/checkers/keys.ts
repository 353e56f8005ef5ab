import { hybridSuiteId, makeEngine, process as processMessage } from '@sotto/mls'
import { entryKinds } from '@sotto/protocol'
import { archiveKeyOf } from '../../../packages/client/src/room/archiveKey.ts'
import { loadRooms } from '../../../packages/client/src/room/load.ts'
import { openMeta } from '../../../packages/client/src/content/meta.ts'
import { decodePolicy } from '@sotto/trust'
import { readDisk } from '../disk.ts'
import { seededProvider } from '../provider.ts'
import { hex } from '../words.ts'
import type { Removal } from '../world.ts'
import type { Evidence } from './evidence.ts'

/**
 * I8: no key has sealed two messages. A device that was set back cannot know it before it has said something, and is
 * stopped by the answer: what it said then stands in no log.
 */
export const checkSeals = ({ world, logs }: Evidence): void => {
  for (const { device, what, isSameNonce } of world.seals.reused) {
    const wasSetBack = world.devices.some(({ name, index }) => name === device && world.setBacks.has(index))
    if (isSameNonce || !wasSetBack) world.fail('I8', `${device} has used one key for ${what}`)
  }
  const used = new Map<string, string>()
  for (const { room, entries } of logs.values())
    for (const { entry, stored } of entries) {
      if (entry.kind !== entryKinds.app || !stored.payload) continue
      const key = world.seals.keyOf(stored.payload)
      const where = `${room.slice(0, 8)}/${entry.seq}`
      const before = key === undefined ? undefined : used.get(key)
      if (before !== undefined) world.fail('I8', `${before} and ${where} are under one key`)
      if (key !== undefined) used.set(key, where)
    }
}

const provider = seededProvider(() => {
  throw new Error('nobody who looks back needs randomness')
})
/** Judges nothing: what can be opened is to be opened. */
const engine = makeEngine(provider, hybridSuiteId, { leaf: () => undefined, commit: () => undefined })

/** I7: with all that a device had when it was removed, and the whole log, nothing opens that was said later. */
export const checkRemovals = async (evidence: Evidence): Promise<void> => {
  for (const removal of evidence.world.removals) await checkRemoval(evidence, removal)
}

const checkRemoval = async ({ world, logs }: Evidence, { room, seq, id, disk }: Removal): Promise<void> => {
  const log = logs.get(room)
  const state = (await loadRooms(readDisk(disk)).catch(() => [])).find((one) => hex(one.id) === room)
  if (!log || !state?.group || log.entries[seq]?.after.has(id) !== false) return
  let { group } = state
  const candidates = new Set([group, ...(state.pending?.staged ? [state.pending.staged] : [])])
  for (const { entry, stored } of log.entries.slice(state.place.cursor + 1, seq)) {
    if (!stored.payload || entry.kind === entryKinds.nack) continue
    try {
      const read = await processMessage(engine, group, stored.payload)
      if (!('group' in read) || !read.group) break
      ;({ group } = read)
      candidates.add(group)
    } catch {
      // Its own, or read before.
    }
  }
  for (const [at, { entry, stored }] of log.entries.entries()) {
    if (at <= seq) continue
    // In again: from here on it is entitled.
    if (log.entries[at]?.after.has(id)) return
    if (entry.kind !== entryKinds.app || !stored.payload) continue
    for (const one of candidates) {
      const opened = await processMessage(engine, one, stored.payload).catch(() => undefined)
      if (opened?.kind === 'application')
        world.fail('I7', `${room.slice(0, 8)}/${at} opens with what was removed at ${seq}`)
    }
  }
  const { meta, policy } = world.server.data().rooms.get(room) ?? {}
  const known = policy && decodePolicy(policy)
  // The first epoch without it; what was sealed before may still be the newest (a commit that brings nobody in seals none).
  const epoch = world.truth.turns.get(log.entries[seq]?.hash ?? '')?.epoch
  if (!meta || known?.kind !== 'ok' || epoch === undefined || meta.epoch < epoch) return
  for (const one of candidates) {
    const key = archiveKeyOf(engine, one, state.id)
    const opened = await openMeta(
      provider,
      key,
      state.id,
      meta.epoch,
      meta.sealed,
      known.value.metaHash,
    ).catch(() => null)
    if (opened) world.fail('I7', `the metadata of ${room.slice(0, 8)} open with what was removed at ${seq}`)
  }
}
