import type { TimelineItem } from '@sotto/client'
import { hex } from '../words.ts'
import type { Evidence, TrueLog, Witness } from './evidence.ts'
import { isExcusedAnywhere, memberSince } from './messages.ts'

type Message = TimelineItem & { readonly kind: 'message' }

/**
 * I20: everybody who has read the log to its end shows the same reactions to a message: of each account and emoji what it
 * has said last in the log, counted once.
 */
export const checkReactions = (evidence: Evidence): void => {
  // Whoever was lied to, or set back, says so elsewhere.
  if (isExcusedAnywhere(evidence.world)) return
  for (const witness of evidence.witnesses)
    for (const [room, items] of witness.timelines) {
      const log = evidence.logs.get(room)
      if (log) checkRoom(evidence, witness, log, items)
    }
}

const checkRoom = (
  { world }: Evidence,
  { device, id, rooms }: Witness,
  log: TrueLog,
  items: readonly TimelineItem[],
): void => {
  const state = rooms.get(log.room)
  const since = memberSince(world, log.entries, id)
  const isWhole = items.every(({ kind }) => kind !== 'missed' && kind !== 'unreadable')
  if (state?.phase.kind !== 'active' || since === undefined || !isWhole) return
  const expected = reactionsIn({ world }, log, state.place.cursor)
  for (const item of items) {
    if (item.kind !== 'message' || item.seq === null || item.seq <= since) continue
    const [seen, said] = [shown(item), expected.get(item.id) ?? '']
    if (said !== '') world.stats.reacted += 1
    if (seen !== said)
      world.fail('I20', `${device.name} in ${log.room.slice(0, 8)} shows ${seen} at ${item.seq}, not ${said}`)
  }
}

const shown = ({ reactions = [] }: Message): string =>
  reactions
    .map(({ emoji, count }) => `${emoji}${count}`)
    .toSorted()
    .join(' ')

/** By the id of the message: `👍2 🎉1`. */
const reactionsIn = (
  { world }: Pick<Evidence, 'world'>,
  { room, entries }: TrueLog,
  cursor: number,
): ReadonlyMap<string, string> => {
  const last = new Map<string, { readonly of: string; readonly emoji: string; readonly isOn: boolean }>()
  for (const { envelope } of entries.slice(0, cursor + 1)) {
    const said = envelope && world.truth.said.get(hex(envelope.messageId))
    // What was to be said in a room that another one continues means a message of the room before.
    if (said?.reaction && said.room === room)
      last.set(`${said.by} ${said.reaction.of} ${said.reaction.emoji}`, said.reaction)
  }
  const standing = [...last.values()].filter(({ isOn }) => isOn)
  return new Map(
    [...Map.groupBy(standing, ({ of }) => of)].map(([of, all]) => [
      of,
      [...Map.groupBy(all, ({ emoji }) => emoji)]
        .map(([emoji, { length }]) => `${emoji}${length}`)
        .toSorted()
        .join(' '),
    ]),
  )
}
