import { emptyDraft, textDraft } from '@sotto/client'
import type {
  ClientState,
  HookFault,
  HookView,
  MemberView,
  RoomView,
  SenderView,
  TimelineItem,
} from '@sotto/client'
import { withReactions } from './reactions.ts'
import { hostile, minutes, talk } from './sayings.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

export const people = {
  alice: { account: 'a1ce01', name: 'alice', own: true, isBot: false },
  bob: { account: 'b0b002', name: 'bob', own: false, isBot: false },
  chiara: { account: 'c41a3a', name: 'chiara', own: false, isBot: false },
  noam: { account: 'd0a304', name: 'נועם', own: false, isBot: false },
  tick: { account: '71c006', name: 'tick', own: false, isBot: true },
  emeka: { account: 'e3eca5', name: 'emeka.okafor', own: false, isBot: false },
} as const satisfies Record<string, SenderView>

export const you = people.alice

export const signedIn: ClientState['account'] = {
  kind: 'signed_in',
  server: 'https://sotto.example.org',
  name: you.name,
  account: you.account,
  device: 'd0001',
  isBot: false,
}

export const member = (
  sender: SenderView,
  role: MemberView['role'],
  identity: MemberView['identity'],
  isInvited = false,
): MemberView => ({ ...sender, role, identity, isInvited })

export const membersOf = (count: number): readonly MemberView[] =>
  [
    member(people.alice, 'owner', 'unverified'),
    member(people.bob, 'admin', 'verified'),
    member(people.chiara, 'member', 'unverified'),
    member(people.noam, 'member', 'unverified', true),
    member(people.emeka, 'guest', 'changed'),
  ].slice(0, count)

/** A small generator with a seed: the preview is the same at every start. */
const generator = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * below)
  }
}

export const said = (seq: number, sender: SenderView, text: string, timeMs: number): TimelineItem => ({
  kind: 'message',
  id: `m${seq}`,
  seq,
  sender,
  text,
  timeMs,
  delivery: { kind: 'sent' },
})

type Event = Extract<TimelineItem, { kind: 'event' }>

export const event = (seq: number, actor: SenderView, what: Event['event'], timeMs: number): Event => ({
  kind: 'event',
  id: `e${seq}`,
  seq,
  actor,
  event: what,
  timeMs,
})

const alert = (seq: number, text: string | null, fault: HookFault | null, timeMs: number): TimelineItem => ({
  kind: 'hook',
  id: `hook.${seq}`,
  seq,
  hook: '0a1e27',
  name: 'Alertmanager',
  text,
  fault,
  timeMs,
})

/** The scripts of a room. */
export const hooksOf = (id: string, nowMs: number): readonly HookView[] =>
  id === '0f04'
    ? [
        {
          hook: '0a1e27',
          name: 'Alertmanager',
          anchor: 'anchor',
          script: 'script',
          reads: true,
          generation: 3,
          expiresMs: nowMs + 9 * dayMs,
        },
      ]
    : []

/** Years of talk, ending with everything that is hard to show. */
export const longConversation = (messages: number, nowMs: number): readonly TimelineItem[] => {
  const next = generator(7)
  const speakers = [people.bob, people.alice, people.chiara, people.emeka, people.noam]
  const times: number[] = []
  let timeMs = nowMs - 4 * minuteMs
  for (let left = messages; left > 0; left -= 1) {
    times.unshift(timeMs)
    timeMs -=
      next(10) < 7 ? next(3) * minuteMs + 9_000 : next(10) < 8 ? next(90) * minuteMs : next(30) * hourMs
  }
  let speaker: SenderView = people.bob
  const items = times.map((at, index): TimelineItem => {
    const seq = index + 1
    if (index === 0)
      return { kind: 'event', id: 'e1', seq, actor: you, event: { kind: 'created' }, timeMs: at }
    if (index < 5) {
      const name = [people.bob, people.chiara, people.noam, people.emeka][index - 1]?.name ?? ''
      return { kind: 'event', id: `e${seq}`, seq, actor: you, event: { kind: 'added', name }, timeMs: at }
    }
    if (next(10) < 6) speaker = speakers[next(speakers.length)] ?? people.bob
    return said(seq, speaker, talk[next(talk.length)] ?? '', at)
  })
  return [...items, ...ending(messages, nowMs)]
}

const ending = (seq: number, nowMs: number): readonly TimelineItem[] => {
  const speakers = [
    people.chiara,
    people.bob,
    people.noam,
    people.emeka,
    people.bob,
    people.chiara,
    people.alice,
  ]
  const startMs = nowMs - 4 * minuteMs
  const lines = hostile.map((text, index) =>
    said(seq + 1 + index, speakers[index % speakers.length] ?? people.bob, text, startMs + index * 8_000),
  )
  const at = seq + lines.length
  return [
    ...lines,
    { kind: 'unreadable', id: 'x1', seq: at + 1, timeMs: startMs + 95_000 },
    { kind: 'unreadable', id: 'x2', seq: at + 2, timeMs: startMs + 96_000 },
    said(at + 3, people.bob, minutes, startMs + 100_000),
    {
      kind: 'event',
      id: 'renamed',
      seq: at + 4,
      actor: people.bob,
      event: { kind: 'renamed', name: 'General' },
      timeMs: startMs + 110_000,
    },
    said(at + 5, people.chiara, 'Who wants to present?', startMs + 130_000),
    said(at + 6, people.alice, 'I can do the first half.', startMs + 150_000),
    said(
      at + 7,
      people.alice,
      'Slides are nearly done, only the part about recovery is missing.',
      startMs + 158_000,
    ),
    said(at + 8, people.bob, 'Perfect, I take the second half then 🙌', startMs + 190_000),
    {
      ...said(0, people.alice, 'This one was written in a tunnel.', startMs + 200_000),
      seq: null,
      id: 'failed1',
      delivery: { kind: 'failed', code: 'timeout' },
    } as TimelineItem,
  ]
}

const shortTalk = (
  lines: readonly (readonly [SenderView, string, number])[],
  nowMs: number,
): readonly TimelineItem[] => [
  {
    kind: 'event',
    id: 'e1',
    seq: 1,
    actor: people.bob,
    event: { kind: 'created' },
    timeMs: nowMs - 3 * dayMs,
  },
  ...lines.map(([sender, text, agoMs], index) => said(index + 2, sender, text, nowMs - agoMs)),
]

export const room = (id: string, name: string, part: Partial<RoomView>): RoomView => ({
  id,
  kind: 'encrypted',
  name,
  state: { kind: 'active' },
  unread: 0,
  readSeq: 0,
  memberCount: 5,
  latest: null,
  draft: emptyDraft,
  commands: [],
  ...part,
})

export interface Scenery {
  readonly rooms: readonly RoomView[]
  readonly timelines: ReadonlyMap<string, readonly TimelineItem[]>
  /** Those of rooms with members of their own; others have as many as they count, from the same people. */
  readonly members: ReadonlyMap<string, readonly MemberView[]>
}

export const noScenery: Scenery = { rooms: [], timelines: new Map(), members: new Map() }

export const latestOf = (items: readonly TimelineItem[]): RoomView['latest'] => {
  const item = items.findLast((one) => one.kind === 'message' || (one.kind === 'hook' && one.text !== null))
  if (item?.kind === 'hook')
    return { by: 'hook', sender: item.name, text: item.text ?? '', timeMs: item.timeMs }
  return item?.kind === 'message'
    ? { by: 'person', sender: item.sender.name, text: item.text, timeMs: item.timeMs }
    : null
}

/** A full desk. */
export const scenery = (nowMs: number): Scenery => {
  const general = withReactions(longConversation(2000, nowMs))
  const design = shortTalk(
    [
      [people.chiara, 'First sketches of the new start page are in the folder.', 2 * dayMs],
      [people.alice, 'Looking forward to it', 2 * dayMs - 6 * minuteMs],
      [people.chiara, 'The second one is calmer. I would go with that.', 42 * minuteMs],
      [people.chiara, 'Or do you prefer the grid?', 41 * minuteMs],
      [people.emeka, 'Second one. No doubt.', 20 * minuteMs],
    ],
    nowMs,
  )
  const office = shortTalk(
    [
      [people.noam, 'בוקר טוב! המפתחות אצל השומר.', 5 * hourMs],
      [people.alice, 'תודה רבה', 5 * hourMs - 3 * minuteMs],
    ],
    nowMs,
  )
  const oncall: readonly TimelineItem[] = [
    ...shortTalk([[people.emeka, 'Handing over, nothing open. Quiet night.', 26 * hourMs]], nowMs),
    event(3, people.bob, { kind: 'hook_added', name: 'Alertmanager', reads: true }, nowMs - 25 * hourMs),
    alert(
      4,
      '**Disk almost full** on `db-2`: 91 %\nhttps://status.example.org/db-2',
      null,
      nowMs - 2 * hourMs,
    ),
    alert(5, null, 'signature', nowMs - 90 * minuteMs),
    alert(6, 'Resolved: disk on `db-2` is at 62 %', null, nowMs - hourMs),
  ]
  const old = shortTalk([[people.bob, 'See you at the next one!', 40 * dayMs]], nowMs)
  const fresh: readonly TimelineItem[] = [
    { kind: 'event', id: 'f1', seq: 1, actor: you, event: { kind: 'created' }, timeMs: nowMs - 2 * minuteMs },
  ]
  const timelines = new Map<string, readonly TimelineItem[]>([
    ['0f01', general],
    ['0f02', design],
    ['0f03', office],
    ['0f04', oncall],
    ['0f05', old],
    ['0f06', fresh],
    ['0f07', design],
    ['0f08', old],
    [
      '0f13',
      [
        ...shortTalk([[people.chiara, 'The tulips are in. Thank you all!', 9 * dayMs]], nowMs),
        event(3, you, { kind: 'left' }, nowMs - 8 * dayMs),
      ],
    ],
    [
      '0f14',
      [
        ...shortTalk([[people.bob, 'Next time: the second chapter.', 60 * dayMs]], nowMs),
        event(3, you, { kind: 'left' }, nowMs - 59 * dayMs),
      ],
    ],
  ])
  const latest = (id: string) => latestOf(timelines.get(id) ?? [])
  return {
    timelines,
    members: new Map(),
    rooms: [
      room('0f01', 'General', {
        readSeq: general.findLast((item) => item.seq !== null)?.seq ?? 0,
        latest: latest('0f01'),
      }),
      room('0f11', '', {
        state: { kind: 'invited', inviter: 'bob', timeMs: nowMs - 12 * minuteMs, kept: false },
        memberCount: 0,
      }),
      room('0f12', '', {
        state: { kind: 'invited', inviter: null, timeMs: nowMs - 3 * hourMs, kept: false },
        memberCount: 0,
      }),
      room('0f02', 'Design review', { unread: 3, readSeq: 3, latest: latest('0f02'), memberCount: 3 }),
      room('0f06', 'Lisbon', { memberCount: 1 }),
      room('0f03', 'משרד תל אביב', { latest: latest('0f03'), memberCount: 2 }),
      room('0f04', 'On call: hand-over, nightly numbers and everything else that keeps people awake', {
        latest: latest('0f04'),
        draft: textDraft('Thanks! I will look at the'),
        memberCount: 3,
      }),
      room('0f07', 'Storage review', {
        latest: latest('0f07'),
        unread: 128,
        state: { kind: 'behind', missing: 128 },
      }),
      room('0f08', 'Book club', {
        latest: latest('0f08'),
        state: { kind: 'frozen', code: 'fork', rule: null, remedy: 'refound', handedBack: null },
        memberCount: 4,
      }),
      room('0f05', 'Offsite 2025', { latest: latest('0f05'), state: { kind: 'removed' } }),
      room('0f13', 'Garden committee', { latest: latest('0f13'), state: { kind: 'left' } }),
      room('0f14', 'Reading circle', {
        latest: latest('0f14'),
        state: { kind: 'invited', inviter: 'chiara', timeMs: nowMs - 40 * minuteMs, kept: true },
      }),
      room('0f09', '', { state: { kind: 'joining', kept: false }, memberCount: 0 }),
    ],
  }
}
