import { staysIn } from './stays.ts'
import type { World } from '../world.ts'
import type { Evidence, TrueLog, Witness } from './evidence.ts'

/** I17: two devices show the same messages of the time when both were there, in the same order. */
export const checkHistory = ({ world, logs, witnesses }: Evidence): void => {
  for (const { room, entries } of logs.values()) {
    const there = witnesses.filter(({ rooms }) => rooms.get(room)?.phase.kind === 'active')
    const [first, ...others] = there
    if (!first) continue
    const shownBy = new Map(
      there.map((witness) => [witness.id, shownIn(world, witness, { room, entries })] as const),
    )
    for (const other of others) {
      const mine = shownBy.get(first.id) as Shown
      const theirs = shownBy.get(other.id) as Shown
      for (const [seq, { members, hash }] of entries.entries()) {
        if (world.truth.turns.get(hash)) continue
        if (!members.has(first.id) || !members.has(other.id)) continue
        if (mine.isUnwanted(seq) || theirs.isUnwanted(seq)) continue
        if (seq < Math.max(mine.since, theirs.since) || mine.gaps.has(seq) || theirs.gaps.has(seq)) continue
        if (mine.messages.get(seq) !== theirs.messages.get(seq))
          world.fail(
            'I17',
            `${first.device.name} (${first.rooms.get(room)?.phase.kind} ${first.rooms.get(room)?.place.cursor}) and ${other.device.name} (${other.rooms.get(room)?.phase.kind} ${other.rooms.get(room)?.place.cursor}) differ in ${room.slice(0, 8)}/${seq}: ${mine.messages.get(seq)} and ${theirs.messages.get(seq)}`,
          )
      }
    }
  }
}

interface Shown {
  readonly messages: ReadonlyMap<number, string>
  readonly gaps: ReadonlySet<number>
  readonly isUnwanted: (seq: number) => boolean
  /** The first thing that is shown, or is to be: before it the device was not there. */
  readonly since: number
}

const shownIn = (world: World, witness: Witness, log: TrueLog): Shown => {
  const messages = new Map<number, string>()
  const gaps = new Set<number>()
  const stays = staysIn(world, witness, log)
  let { since } = stays
  for (const item of witness.timelines.get(log.room) ?? []) {
    if (item.seq === null) continue
    since = Math.min(since, item.seq)
    if (item.kind === 'message') messages.set(item.seq, item.id)
    if (item.kind === 'missed' || item.kind === 'unreadable') gaps.add(item.seq)
  }
  return { messages, gaps, isUnwanted: stays.isUnwanted, since }
}
