import type { Answer } from '../answers.ts'
import type { World } from '../world.ts'
import { isExcusedDevice } from './excuse.ts'
import type { TrueLog, Witness } from './evidence.ts'

/** Where a device had a leaf, and its user wanted to be in the room. */
export interface Stays {
  /** From the first of them on everything is shown, or said to be missed. */
  readonly since: number
  /**
   * Entries for which the device had a leaf, and no claim to them: the invitation was declined, or not answered, or the
   * user had given the room up, of which a device without keys can tell nobody, or had deleted it since.
   */
  readonly isUnwanted: (seq: number) => boolean
  /** The last one has begun with a leaf whose keys the device does not have. */
  readonly isWithoutKeys: boolean
}

/**
 * A stay begins with the commit that brings the device in. The timeline has a line about it, or else, where the keys for the
 * invitation were lost, at least its user has accepted.
 */
export const staysIn = (
  world: World,
  { device, id, timelines }: Witness,
  { room, entries }: TrueLog,
): Stays => {
  const answers = world.answers.get(`${id} ${room}`) ?? []
  const told = new Set(
    (timelines.get(room) ?? []).flatMap((item) => (item.kind === 'event' ? [item.seq] : [])),
  )
  const joins = entries.flatMap(({ hash }, seq) =>
    world.truth.turns.get(hash)?.joined.includes(id) ? [seq] : [],
  )
  const stays = joins.map((from, at) => {
    const next = joins[at + 1] ?? entries.length
    const given = answers.filter((answer) => isAbout(answer, from, next))
    const kept = given.findLast(({ kind }) => kind !== 'gave up')
    // That it was accepted may be lost with a write.
    const isAccepted = kept?.kind === 'accepted' && !isExcusedDevice(world, device)
    const last = given.findLast(({ kind }) => kind !== 'deleted')
    return {
      from,
      until: last?.kind === 'gave up' ? last.cursor : next,
      isTold: told.has(from),
      isWanted: told.has(from) || isAccepted,
    }
  })
  return {
    isWithoutKeys: stays.at(-1)?.isTold === false,
    since: stays.find(({ isWanted }) => isWanted)?.from ?? Number.POSITIVE_INFINITY,
    isUnwanted: (seq) => {
      const stay = stays.findLast(({ from }) => from < seq)
      return stay !== undefined && (!stay.isWanted || seq > stay.until)
    },
  }
}

/** Whether an answer is about the stay that begins with the entry `from` and ends before `next`. */
const isAbout = (answer: Answer, from: number, next: number): boolean => {
  switch (answer.kind) {
    case 'accepted':
      return answer.head >= from && answer.head < next
    case 'gave up':
      return answer.cursor >= from && answer.cursor < next
    case 'deleted':
      return answer.cursor >= from
  }
}
