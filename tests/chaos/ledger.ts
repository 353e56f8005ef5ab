import type { Client, TimelineItem } from '@sotto/client'

/** One text that somebody wanted to say, and what that person was told of it. Every text is said once in the world. */
export interface Said {
  readonly room: string
  readonly by: string
  readonly text: string
  readonly saidMs: number
  /** The device has promised to deliver it: from now on it must come, whatever happens. */
  stored: boolean
  /** The device has said that the server has it, there. */
  acked: { readonly seq: number; readonly atMs: number } | null
}

/** What was promised to people, kept by somebody whom no crash can reach. */
export interface Ledger {
  say(room: string, by: string, text: string): Said
  /** What a person's device tells. */
  heard(by: string, room: string, items: readonly TimelineItem[]): void
  all(): readonly Said[]
  /** Told to be in the log. */
  acked(): readonly Said[]
  /** Promised, and not told to be in the log. */
  open(): readonly Said[]
  /** An acknowledgement that contradicts an earlier one. */
  contradictions(): readonly string[]
  /** Calls `listener` at every acknowledgement. */
  onAck(listener: (said: Said) => void): () => void
}

export const openLedger = (): Ledger => {
  const byText = new Map<string, Said>()
  const contradictions: string[] = []
  const listeners = new Set<(said: Said) => void>()
  const take = (said: Said, seq: number): void => {
    if (said.acked) {
      if (said.acked.seq !== seq)
        contradictions.push(`“${said.text}” was acknowledged at ${said.acked.seq} and at ${seq}`)
      return
    }
    said.acked = { seq, atMs: Date.now() }
    for (const listener of listeners) listener(said)
  }
  return {
    say: (room, by, text) => {
      const said: Said = { room, by, text, saidMs: Date.now(), stored: false, acked: null }
      byText.set(text, said)
      return said
    },
    heard: (by, room, items) => {
      for (const item of items) {
        if (item.kind !== 'message' || item.seq === null || !item.sender.own) continue
        const said = byText.get(item.text)
        if (said && said.by === by && said.room === room) take(said, item.seq)
      }
    },
    all: () => [...byText.values()],
    acked: () => [...byText.values()].filter(({ acked }) => acked),
    open: () => [...byText.values()].filter(({ stored, acked }) => stored && !acked),
    contradictions: () => contradictions,
    onAck: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** What one person's device shows of one room, from its beginning to its end. */
export interface Shown {
  readonly room: string
  readonly who: string
  readonly items: readonly TimelineItem[]
  /** Texts that this device cannot have and says so, because it was set back. */
  readonly excused?: ReadonlySet<string>
}

const pageItems = 200

export const readRoom = async (client: Client, room: string): Promise<readonly TimelineItem[]> => {
  const all: TimelineItem[] = []
  for (let after = 0; ;) {
    const { items, more } = await client.timeline({ room, after, limit: pageItems })
    all.push(...items)
    if (!more) return all
    after = Math.max(...items.map(({ seq }) => seq ?? 0)) + 1
  }
}

export interface Verdict {
  readonly acked: number
  /** Shown messages, over all who look. */
  readonly shown: number
  /** Promised, and not shown by somebody who may read it. */
  readonly lost: number
  readonly doubled: number
  readonly violations: readonly string[]
}

type Message = Extract<TimelineItem, { kind: 'message' }>

const named = (texts: readonly string[]): string =>
  `${texts
    .slice(0, 5)
    .map((text) => `“${text}”`)
    .join(', ')}${texts.length > 5 ? ', …' : ''}`

const repeated = (texts: readonly string[]): readonly string[] =>
  texts.filter((text, at) => texts.indexOf(text) !== at)

const nothing: ReadonlySet<string> = new Set()

const judgeOne = (
  said: readonly Said[],
  { who, items, excused = nothing }: Shown,
  incomparable: ReadonlySet<string>,
) => {
  const messages = items.filter((item): item is Message => item.kind === 'message')
  const inLog = messages.filter(({ seq }) => seq !== null)
  const shownAt = new Map(inLog.map(({ text, seq }) => [text, seq]))
  const texts = messages.map(({ text }) => text)
  const unique = new Set(texts)
  const doubled = unique.size === texts.length ? [] : repeated(texts)
  const lost = said.filter(
    ({ stored, acked, text }) => (stored || acked) && !shownAt.has(text) && !excused.has(text),
  )
  const moved = said.filter(
    ({ acked, text }) => acked && shownAt.has(text) && shownAt.get(text) !== acked.seq,
  )
  const bySaid = new Map(said.map((one) => [one.text, one]))
  const foreign = messages.filter(({ text, sender }) => bySaid.get(text)?.by !== sender.name)
  const missed = items.filter(({ kind }: { kind: string }) => kind === 'missed')
  const hidden = missed.length > excused.size ? missed : []
  const unread = [...items.filter(({ kind }) => kind === 'unreadable'), ...hidden]
  const complaints = [
    lost.length > 0 && `lost ${named(lost.map(({ text }) => text))}`,
    doubled.length > 0 && `shows twice ${named(doubled)}`,
    moved.length > 0 && `shows elsewhere than acknowledged ${named(moved.map(({ text }) => text))}`,
    foreign.length > 0 && `shows what its sender never said: ${named(foreign.map(({ text }) => text))}`,
    unread.length > 0 &&
      `cannot read ${unread.length} at ${unread
        .map(({ seq }) => seq)
        .slice(0, 5)
        .join(', ')}`,
  ]
  return {
    shown: inLog.length,
    lost: lost.length,
    doubled: doubled.length,
    order: inLog
      .filter(({ text }) => !incomparable.has(text))
      .map(({ seq, text }) => `${seq} ${text}`)
      .join('\n'),
    complaints: complaints.filter((one) => one !== false).map((one) => `${who} ${one}`),
  }
}

/**
 * Compares what people were promised with what all who may read it show: nothing lost, nothing twice, nothing that
 * nobody said, everywhere in the same order and where the acknowledgement says.
 */
export const judge = (ledger: Ledger, shown: readonly Shown[]): Verdict => {
  const violations: string[] = [...ledger.contradictions()]
  let [messages, lost, doubled] = [0, 0, 0]
  for (const [room, readers] of Map.groupBy(shown, (one) => one.room)) {
    const said = ledger.all().filter((one) => one.room === room)
    const incomparable = new Set(readers.flatMap(({ excused = nothing }) => [...excused]))
    const results = readers.map((reader) => judgeOne(said, reader, incomparable))
    for (const result of results) {
      messages += result.shown
      lost += result.lost
      doubled += result.doubled
      violations.push(...result.complaints)
    }
    if (new Set(results.map(({ order }) => order)).size > 1)
      violations.push(
        `room ${room.slice(0, 8)} does not look the same to ${readers.map(({ who }) => who).join(', ')}`,
      )
  }
  return { acked: ledger.acked().length, shown: messages, lost, doubled, violations }
}
