import type {
  HandedBack,
  MemberView,
  Remedy,
  RepairStep,
  RoomView,
  SenderView,
  TimelineItem,
} from '@sotto/client'
import { event, latestOf, member, membersOf, people, room, said } from './scenery.ts'
import type { Scenery } from './scenery.ts'

const minuteMs = 60_000

const talk: readonly (readonly [SenderView, string])[] = [
  [people.bob, 'The restore is through. Everything looks fine from here.'],
  [people.chiara, 'Same here, numbers match.'],
  [people.alice, 'Good. I will write it up tonight.'],
  [people.bob, 'Thanks! One more look at the mirrors and we are done.'],
]

/** A conversation with what recovery leaves in it. */
const timelineOf = (nowMs: number, ending: readonly TimelineItem[] = []): readonly TimelineItem[] => [
  event(1, people.bob, { kind: 'created' }, nowMs - 90 * minuteMs),
  ...talk.map(([sender, text], index) => said(index + 2, sender, text, nowMs - (70 - index * 4) * minuteMs)),
  ...ending,
]

const missed = (seq: number, why: 'own' | 'absent', timeMs: number): TimelineItem => ({
  kind: 'missed',
  id: `missed ${seq}`,
  seq,
  why,
  timeMs,
})

/** A device that was set back has come in again; a role was given, a change was refused. */
const aftermath = (nowMs: number): readonly TimelineItem[] => [
  ...[0, 1, 2].map((index) => missed(10 + index, 'own', nowMs - (40 - index) * minuteMs)),
  ...[0, 1, 2, 3].map((index) => missed(13 + index, 'absent', nowMs - (30 - index) * minuteMs)),
  event(17, people.alice, { kind: 'rejoined' }, nowMs - 20 * minuteMs),
  said(18, people.bob, 'Welcome back, alice.', nowMs - 19 * minuteMs),
  event(19, people.bob, { kind: 'role', name: 'chiara', role: 'admin' }, nowMs - 15 * minuteMs),
  event(20, people.chiara, { kind: 'objected', rule: 'C5c' }, nowMs - 12 * minuteMs),
  missed(21, 'absent', nowMs - 11 * minuteMs),
  event(22, people.chiara, { kind: 'removed', name: 'emeka.okafor' }, nowMs - 10 * minuteMs),
  said(23, people.chiara, 'All quiet again.', nowMs - 9 * minuteMs),
]

const bobsRoom: readonly MemberView[] = [
  member(people.bob, 'owner', 'verified'),
  member(people.chiara, 'owner', 'unverified'),
  member(people.alice, 'member', 'unverified'),
  member(people.noam, 'member', 'unverified'),
]

const alicesRoomAsAdmin: readonly MemberView[] = [
  member(people.bob, 'owner', 'verified'),
  member(people.alice, 'admin', 'unverified'),
  member(people.chiara, 'admin', 'unverified'),
  member(people.noam, 'member', 'unverified'),
  member(people.emeka, 'guest', 'changed'),
]

/** Just after midnight the talk of the last hours was yesterday, so that no day begins in the midst of it. */
const onOneDay = (nowMs: number): number => {
  const midnightMs = new Date(nowMs).setHours(0, 0, 0, 0)
  return nowMs - midnightMs < 91 * minuteMs ? midnightMs - minuteMs : nowMs
}

/** A desk on which everything is being mended. */
export const recovery = (clockMs: number): Scenery => {
  const nowMs = onOneDay(clockMs)
  const plain = timelineOf(nowMs)
  const waiting: TimelineItem = {
    kind: 'message',
    id: 'waiting1',
    seq: null,
    sender: people.alice,
    text: 'Written while the device finds its way back.',
    timeMs: nowMs - minuteMs,
    delivery: { kind: 'sending' },
  }
  const repairing = (id: string, name: string, step: RepairStep): RoomView =>
    room(id, name, {
      readSeq: 5,
      memberCount: 4,
      state: {
        kind: 'repairing',
        code: step === 'asking' ? 'storage_damaged' : 'client_rollback',
        rule: null,
        step,
      },
    })
  const frozen = (
    id: string,
    name: string,
    remedy: Remedy,
    code: 'fork' | 'policy' | 'server_rollback' | 'client_rollback' | 'identity_changed' | 'integrity',
    rule: string | null = null,
    handedBack: HandedBack | null = null,
  ): RoomView =>
    room(id, name, {
      readSeq: 5,
      memberCount: 4,
      state: { kind: 'frozen', code, rule, remedy, handedBack },
    })
  const rooms = [
    room('0e01', 'Operations', { readSeq: 23, memberCount: 5 }),
    room('0e0b', '', {
      state: { kind: 'invited', inviter: 'bob', timeMs: nowMs - 3 * minuteMs, kept: false },
      memberCount: 0,
    }),
    repairing('0e02', 'Release train', 'reading'),
    repairing('0e03', 'Field notes', 'rejoining'),
    repairing('0e04', 'Night shift', 'asking'),
    frozen('0e05', 'Mirrors', 'wait', 'server_rollback'),
    frozen('0e0e', 'Ledger', 'wait_or_refound', 'server_rollback', null, {
      lost: 7900,
      count: 3500,
      next: 'elsewhere',
    }),
    frozen('0e06', 'Backups', 'rejoin', 'client_rollback', 'rejoin'),
    frozen('0e07', 'Incident 41', 'refound', 'fork'),
    frozen('0e08', 'Book club', 'ask_owner', 'policy', 'C5c'),
    frozen('0e0c', 'Board', 'ask_owner', 'identity_changed'),
    frozen('0e0d', 'Suppliers', 'refound', 'integrity'),
    room('0e0a', 'Garden', { readSeq: 3, memberCount: 4 }),
    room('0e09', 'Garden', { readSeq: 5, memberCount: 4, state: { kind: 'refounded', successor: '0e0a' } }),
  ]
  const timelines = new Map<string, readonly TimelineItem[]>(rooms.map(({ id }) => [id, plain]))
  timelines.set('0e01', timelineOf(nowMs, aftermath(nowMs)))
  timelines.set('0e02', [...plain, waiting])
  timelines.set('0e0a', [
    event(1, people.bob, { kind: 'refounded' }, nowMs - 6 * minuteMs),
    event(2, people.bob, { kind: 'added', name: 'alice' }, nowMs - 6 * minuteMs),
    said(3, people.bob, 'Here we go on. The old room stays to be read.', nowMs - 5 * minuteMs),
  ])
  return {
    timelines,
    members: new Map([
      ['0e01', alicesRoomAsAdmin],
      ['0e07', membersOf(4)],
      ['0e0e', membersOf(4)],
      ...['0e02', '0e05', '0e08', '0e0c'].map((id) => [id, bobsRoom] as const),
    ]),
    rooms: rooms.map((one) =>
      one.state.kind === 'invited' ? one : { ...one, latest: latestOf(timelines.get(one.id) ?? []) },
    ),
  }
}
