import type { TimelineItem } from '@sotto/client'
import { entryKinds } from '@sotto/protocol'
import { isShown } from '../../../packages/client/src/room/state.ts'
import { isTreachery } from '../faults.ts'
import { hex } from '../words.ts'
import type { World } from '../world.ts'
import type { Evidence, PlacedEntry, TrueLog, Witness } from './evidence.ts'
import { isExcusedDevice } from './excuse.ts'
import { staysIn } from './stays.ts'

type Message = TimelineItem & { readonly kind: 'message' }

/**
 * I5: each acknowledged message is shown once to every entitled device, as it was said and by whom. I6: to nobody
 * else. I12: it stands in the log once. I11: what a client has promised to bring is there, or shown as failed.
 */
export const checkMessages = (evidence: Evidence): void => {
  const { world, logs, witnesses } = evidence
  const counted = new Map<string, number>()
  for (const { entries } of logs.values())
    for (const { entry, envelope } of entries) {
      if (entry.kind !== entryKinds.app || !envelope) continue
      const message = hex(envelope.messageId)
      const said = world.truth.said.get(message)
      if (!said) {
        world.fail('I5', `a message that nobody has said: ${message}`)
        continue
      }
      counted.set(message, (counted.get(message) ?? 0) + 1)
      if (!said.reaction) world.stats.acked += 1
    }
  // Said again in a room that was founded anew, or by a device that was set back and does not know that it was heard.
  if (!isExcusedAnywhere(world))
    for (const [message, count] of counted)
      if (count > 1) world.fail('I12', `${message} stands ${count} times in the log`)
  for (const witness of witnesses)
    for (const [room, items] of witness.timelines) {
      const log = logs.get(room)
      if (log) checkTimeline(evidence, witness, log, items)
    }
  checkPromised(evidence, counted)
}

const checkTimeline = (
  { world }: Evidence,
  witness: Witness,
  { room, entries }: TrueLog,
  items: readonly TimelineItem[],
): void => {
  const { device, id, rooms } = witness
  const state = rooms.get(room)
  if (!state) return
  const where = `${device.name} in ${room.slice(0, 8)}`
  const isExcused = isExcusedDevice(world, device)
  const since = memberSince(world, entries, id)
  const { isUnwanted, isWithoutKeys } = staysIn(world, witness, { room, entries })
  // Whose keys for the invitation are gone, or have ended while it waited, or whose Welcome the server has lost, misses what
  // is said until it is brought in anew.
  const isLost = world.used.has('long_offline') || world.used.has('lost_welcome')
  const mayLack = isWithoutKeys && (world.keyless.has(device.index) || isLost)
  const shown = new Map<string, Message[]>()
  const missed = new Set<number>()
  for (const item of items) {
    if (item.kind === 'unreadable') {
      // What a liar has spoiled opens for nobody, and is shown as such.
      if (world.lied.has(device.index)) world.stats.spoiled += 1
      else {
        world.stats.unreadable += 1
        world.fail('I5', `${where} cannot read ${item.seq}`)
      }
    }
    if (item.kind === 'missed') {
      world.stats.missed += 1
      missed.add(item.seq)
      // What was said before the device came in again was not for it.
      const isBefore = since !== undefined && item.seq <= since
      // Who follows the log without keys does not know whether it has a leaf: what is said where it has none is not for it.
      const isForOthers = !entries[item.seq]?.members.has(id)
      if (!isExcused && !isBefore && !isForOthers && !mayLack)
        world.fail('I5', `${where} has missed ${item.seq}`)
    }
    if (item.kind !== 'message') continue
    const message = item.id.split('.')[1] ?? ''
    shown.set(message, [...(shown.get(message) ?? []), item])
  }
  for (const [message, copies] of shown) {
    const said = world.truth.said.get(message)
    const [item] = copies as [Message]
    if (copies.length > 1) world.fail('I5', `${where} shows ${message} ${copies.length} times`)
    if (!said) world.fail('I5', `${where} shows what nobody has said: ${message}`)
    else if (said.text !== item.text) world.fail('I5', `${where} shows ${message} as another text`)
    else if (said.by !== item.sender.account) world.fail('I5', `${where} shows ${message} of another sender`)
    else if (said.room !== room && !isSuccessor(witness, said.room, room))
      world.fail('I5', `${where} shows ${message} of another room`)
  }
  if (isExcused && state.phase.kind !== 'active') return
  const cursor = state.phase.kind === 'invited' ? -1 : state.place.cursor
  for (const [seq, { entry, envelope, members }] of entries.entries()) {
    if (entry.kind !== entryKinds.app || !envelope) continue
    const message = hex(envelope.messageId)
    const isThere = shown.get(message)?.some((item) => item.seq === seq) ?? false
    const isEntitled = members.has(id)
    // It is shown with another message: `checkReactions`.
    if (world.truth.said.get(message)?.reaction) continue
    if (isThere) {
      world.stats.decrypts += 1
      if (!isEntitled) world.fail('I6', `${where} shows ${seq}, which is not for it`)
    } else if (isEntitled && since !== undefined && seq > since && seq <= cursor && !missed.has(seq))
      if (!shown.has(message) && !isUnwanted(seq))
        world.fail(
          'I5',
          `${where} does not show ${seq} (${state.phase.kind}, from ${state.place.from}, a leaf since ${since})`,
        )
  }
}

export const isExcusedAnywhere = (world: World): boolean =>
  world.setBacks.size > 0 || world.lied.size > 0 || [...world.used].some(isTreachery)

/** Whether one room, or one after it, was founded in the place of the other. */
const isSuccessor = ({ rooms }: Witness, earlier: string, later: string): boolean => {
  const phase = rooms.get(earlier)?.phase
  if (!phase || phase.kind !== 'refounded') return true
  const successor = hex(phase.successor)
  return successor === later || isSuccessor({ rooms } as Witness, successor, later)
}

/** The entry by which the device came in last; undefined if it never was in. */
export const memberSince = (
  world: World,
  entries: readonly PlacedEntry[],
  id: string,
): number | undefined => {
  const seq = entries.findLastIndex(({ hash }) => world.truth.turns.get(hash)?.joined.includes(id))
  return seq === -1 ? undefined : seq
}

/** What was stored to be sent is in the log, or is shown as not sent, or is gone with the room or the device. */
const checkPromised = ({ world, witnesses, logs }: Evidence, inLog: ReadonlyMap<string, number>): void => {
  for (const said of world.truth.said.values()) {
    world.stats.messages += 1
    if (!said.promised || inLog.has(said.message)) continue
    const witness = witnesses.find(({ id }) => id === said.device)
    if (!witness || isExcusedDevice(world, witness.device)) continue
    const state = witness.rooms.get(said.room)
    if (!state || !isShown(state) || state.phase.kind === 'invited') continue
    // It was out of the room, and has come back without what was to be said before.
    const wasOut = logs.get(said.room)?.entries.some(({ hash }) => {
      const turn = world.truth.turns.get(hash)
      return turn !== undefined && turn.atMs >= said.saidMs && !turn.members.has(said.device)
    })
    if (wasOut) continue
    if (!state.outbox.some(({ message }) => hex(message) === said.message))
      world.fail(
        'I11',
        `${witness.device.name} has lost ${said.message}, which it had promised to send to ${said.room.slice(0, 8)} (${state.phase.kind})`,
      )
  }
}
