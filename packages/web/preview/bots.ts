import type { RoomView } from '@sotto/client'
import { event, latestOf, member, people, room, said } from './scenery.ts'
import type { Scenery } from './scenery.ts'

const minuteMs = 60_000

/** Two bots, and what they listen to; one of them writes as hostile bots would. */
const commands: RoomView['commands'] = [
  { name: 'remind', summary: 'remind you later: /remind 10m tea', bot: people.tick.name },
  {
    name: 'standup',
    summary: `${'everybody says what they do today, '.repeat(3)}in turn`,
    bot: people.tick.name,
  },
  { name: 'help', summary: '\u202eabout this bot <b>!</b>', bot: people.tick.name },
]

/** A room in which programs take part. */
export const bots = (nowMs: number): Scenery => {
  const talk = [
    event(1, people.bob, { kind: 'created' }, nowMs - 90 * minuteMs),
    event(2, people.bob, { kind: 'added', name: people.tick.name }, nowMs - 80 * minuteMs),
    said(3, people.bob, '/remind 10m tea', nowMs - 70 * minuteMs),
    said(4, people.tick, 'I will remind you in 10m.', nowMs - 70 * minuteMs),
    said(5, people.tick, '@bob: tea', nowMs - 60 * minuteMs),
    said(
      6,
      people.tick,
      '🔥 firing: **DiskFull** (critical)\nThe disk of db-2 is full',
      nowMs - 12 * minuteMs,
    ),
    said(7, people.chiara, '*looks at db-2*', nowMs - 11 * minuteMs),
    said(8, people.alice, 'On it ¯\\_(ツ)_/¯', nowMs - 10 * minuteMs),
  ]
  const members = [
    member(people.bob, 'owner', 'verified'),
    member(people.alice, 'member', 'unverified'),
    member(people.chiara, 'member', 'unverified'),
    member(people.tick, 'member', 'unverified'),
  ]
  return {
    rooms: [room('0b01', 'Kitchen', { latest: latestOf(talk), memberCount: 4, readSeq: 8, commands })],
    timelines: new Map([['0b01', talk]]),
    members: new Map([['0b01', members]]),
  }
}
