import type { RoomView, TimelineItem } from '@sotto/client'
import { latestOf, people, room, said } from './scenery.ts'
import type { Scenery } from './scenery.ts'

const readLines = 10

const lines = (count: number, nowMs: number): readonly TimelineItem[] =>
  Array.from({ length: readLines + count }, (_, at) =>
    said(
      at + 1,
      at % 7 < 4 ? people.bob : people.chiara,
      at % 50 === 0 ? `line ${at + 1}\n\nwith more to say\nthan others` : `line ${at + 1}`,
      nowMs - (count - at) * 20_000,
    ),
  )

/** After a long absence: rooms in which more has been said than anybody reads at once. */
export const backlog = (nowMs: number): Scenery => {
  const timelines = new Map([
    ['0f21', lines(700, nowMs)],
    ['0f22', lines(30_000, nowMs)],
    ['0f23', lines(0, nowMs)],
  ])
  const named = (id: string, name: string, count: number): RoomView =>
    room(id, name, { unread: count, readSeq: readLines, latest: latestOf(timelines.get(id) ?? []) })
  return {
    timelines,
    members: new Map(),
    rooms: [named('0f21', 'Backlog', 700), named('0f22', 'Flood', 30_000), named('0f23', 'Quiet', 0)],
  }
}
