/**
 * Where the rows of a room stand in the store. What every start reads lies together under `rooms/`; what is read in
 * parts, or only when the room is used, has a folder of its own. Numbers are written so that their order is that of
 * the keys.
 */
const folder = (name: string, room: string) => `${name}/${room}/`

/** Everything under `prefix`: `0` follows `/` in ASCII. */
export const within = (prefix: string): { readonly from: string; readonly to: string } => ({
  from: prefix,
  to: `${prefix.slice(0, -1)}0`,
})

const digits = 16
const ordered = (value: number): string => value.toString().padStart(digits, '0')
const numberAtEnd = (key: string): number => Number(key.slice(-digits))

export const roomKeys = {
  all: 'rooms/',
  phase: (room: string) => `${folder('rooms', room)}phase`,
  place: (room: string) => `${folder('rooms', room)}place`,
  summary: (room: string) => `${folder('rooms', room)}face`,
  lastPolicy: (room: string) => `${folder('rooms', room)}charter`,
  meta: (room: string) => `${folder('rooms', room)}meta`,
  metaKeys: (room: string) => `${folder('rooms', room)}metakeys`,
  pending: (room: string) => `${folder('rooms', room)}pending`,
  hooks: (room: string) => `${folder('rooms', room)}hooks`,
  intents: (room: string) => `${folder('rooms', room)}intents`,
  draft: (room: string) => `${folder('rooms', room)}draft`,
  offers: (room: string) => `${folder('rooms', room)}offers`,
  declined: (room: string) => `${folder('rooms', room)}declined`,

  /** Parts of the MLS state, and those of the state that a commit of ours leads to. */
  group: (room: string) => folder('group', room),
  staged: (room: string) => folder('staged', room),
  /** The group as everybody sees it, in one row of its own folder. */
  observedFolder: (room: string) => folder('observed', room),
  observed: (room: string) => `${folder('observed', room)}group`,

  outbox: (room: string) => folder('outbox', room),
  outboxItem: (room: string, order: number) => `${folder('outbox', room)}${ordered(order)}`,
  outboxOrder: numberAtEnd,

  log: (room: string) => folder('log', room),
  logEntry: (room: string, seq: number) => `${folder('log', room)}${ordered(seq)}`,
  logSeq: numberAtEnd,

  /** Where a message stands, by the reference that replies and marks name: a hash of its content, which is salted. */
  references: (room: string) => folder('refs', room),
  reference: (room: string, reference: string) => `${folder('refs', room)}${reference}`,
  /** What has been said about the message at a place. */
  marksFolder: (room: string) => folder('marks', room),
  marks: (room: string, seq: number) => `${folder('marks', room)}${ordered(seq)}`,
  marksSeq: numberAtEnd,
  /** What has been said about messages that have no place yet, in the order of the log. */
  waitingMarks: (room: string) => folder('markwait', room),
  waitingMark: (room: string, seq: number, reference: string) =>
    `${folder('markwait', room)}${ordered(seq)}.${reference}`,
  waitingReference: (key: string) => key.slice(key.lastIndexOf('.') + 1),

  /** The newest entries as the server sent them, to be handed back if it loses them. */
  raw: (room: string) => folder('raw', room),
  rawEntry: (room: string, seq: number) => `${folder('raw', room)}${ordered(seq)}`,
  /** How many bytes a block of them has. */
  rawBlocks: (room: string) => folder('rawblock', room),
  rawBlock: (room: string, block: number) => `${folder('rawblock', room)}${ordered(block)}`,

  known: (room: string) => folder('known', room),
  /** Which devices have used this id for a message in the log, and where. */
  knownMessage: (room: string, message: string) => `${folder('known', room)}${message}`,
} as const

/** `rooms/<id>/<row>` taken apart. */
export const roomOfKey = (key: string): { readonly room: string; readonly row: string } => {
  const [, room = '', row = ''] = key.split('/')
  return { room, row }
}
