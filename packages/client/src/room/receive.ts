import { anchorHashBytes, entryKinds, toHex } from '@sotto/protocol'
import type { Change } from '../ports/store.ts'
import { type PlacedRecord, project, type ShownRecord, wantedBy } from '../timeline/project.ts'
import { encodeLogRecord } from '../timeline/record.ts'
import { type Desk, type Ending, passed, type Reading, stopped, unreadable } from './desk.ts'
import type { OpenedEntry } from './entry.ts'
import { summaryAfter } from './summary.ts'
import { frozen } from './freeze.ts'
import { receiveHook } from './receiveHook.ts'
import { roomKeys } from './keys.ts'
import { rawChanges } from './rawLog.ts'
import { isOwnPending, receiveCommit, receiveNack, receiveProposal } from './receiveHandshake.ts'
import { isOwnTag, ownItem, receiveMessage } from './receiveMessage.ts'
import { enterRepair } from './repair.ts'
import { follows, type Nack, type Place, type RoomState } from './state.ts'
import { type Step, type Stepped, stepped, type Told } from './step.ts'
import type { Tools } from './tools.ts'
import { encodeUses, isUsedBy } from './uses.ts'

/** Entries of a page that are opened before others have a turn: a few milliseconds of work. A commit is as much as all of them. */
const entriesPerTurn = 16

/**
 * Receiving (CL-3, CL-5): entries strictly one after the other, a whole page in one transaction. A message that does not
 * open is recorded as such and the log goes on; a commit that is refused stops the room where it is.
 */
export const receive = async (tools: Tools, room: RoomState, reading: Reading): Promise<Step> => {
  const desk: Desk = { room, reading, anchors: new Map(), uses: new Map(), consumed: [], told: [] }
  const isWanted = room.phase.kind !== 'parting'
  const records: PlacedRecord[] = []
  let sinceTurn = 0
  for (const judged of reading.entries) {
    const work = judged.entry.kind === entryKinds.commit ? entriesPerTurn : 1
    if (sinceTurn + work > entriesPerTurn) {
      await reading.turn()
      sinceTurn = 0
    }
    sinceTurn += work
    const ending = await receiveEntry(tools, desk, judged)
    switch (ending.kind) {
      case 'needs':
        return ending
      case 'stopped':
        freeze(tools, desk, judged, ending)
        break
      case 'passed': {
        const { seq, timeMs } = judged.entry
        const anchor = judged.hash.slice(0, anchorHashBytes)
        desk.anchors.set(seq, anchor)
        records.push({ seq, record: { anchor, timeMs, items: isWanted ? ending.items : [] } })
        desk.room = { ...desk.room, place: { ...desk.room.place, cursor: seq, hash: judged.hash, timeMs } }
      }
    }
    if (!follows(desk.room)) break
  }
  return finish(tools, desk, records)
}

const freeze = (
  { provider }: Tools,
  desk: Desk,
  { entry }: OpenedEntry,
  { code, rule }: Extract<Ending, { kind: 'stopped' }>,
): void => {
  const isRefusal = entry.kind === entryKinds.commit && code === 'policy' && rule !== null
  const nack: Nack | null = isRefusal ? { seq: entry.seq, rule, message: provider.random(16) } : null
  desk.room = frozen(desk.room, code, rule, nack)
}

const finish = async (tools: Tools, desk: Desk, records: readonly PlacedRecord[]): Promise<Stepped> => {
  const { room, consumed, reading } = desk
  if (room.phase.kind === 'absent') return stepped(room, { consumed })
  const known = await reading.lookUp(wantedBy(records))
  const { changes, fresh, changed } = project(room.id, known, records, {
    sha256: (data) => tools.provider.hash('SHA-256', data),
  })
  return stepped(
    {
      ...room,
      place: {
        ...room.place,
        confirmed: Math.max(room.place.confirmed, reading.ack.seq, room.place.cursor),
      },
      summary: summaryAfter(tools.account, room.summary, fresh),
    },
    {
      changes: [...rowsOf(desk, records), ...changes],
      consumed,
      told: [...toldOf('changed', changed), ...toldOf('records', fresh), ...desk.told],
    },
  )
}

const toldOf = (kind: 'changed' | 'records', records: readonly ShownRecord[]): readonly Told[] =>
  records.length > 0 ? [{ kind, records }] : []

/** The log as it came to be read, which messages stand in it, and how it was sent. */
const rowsOf = ({ room, reading, uses }: Desk, records: readonly PlacedRecord[]): readonly Change[] => {
  const id = toHex(room.id)
  return [
    ...records.map(({ seq, record }): Change => ({
      kind: 'put',
      key: roomKeys.logEntry(id, seq),
      value: encodeLogRecord(record),
    })),
    ...[...uses].map(([message, users]): Change => ({
      kind: 'put',
      key: roomKeys.knownMessage(id, message),
      value: encodeUses(users),
    })),
    ...rawChanges(id, reading.entries.slice(0, records.length), reading.ack),
  ]
}

const receiveEntry = async (tools: Tools, desk: Desk, judged: OpenedEntry): Promise<Ending> => {
  const { entry, payload } = judged
  if (isOurs(desk.room, entry.payloadHash))
    desk.room = { ...desk.room, place: claimed(desk.room.place, judged) }
  // Set back to an earlier state: the next words would be encrypted with keys that are used already (I8).
  else if (desk.room.phase.kind !== 'repairing' && isStrayOwn(tools, desk, judged))
    desk.room = enterRepair(desk.room, 'client_rollback')
  switch (entry.kind) {
    case entryKinds.app:
      return receiveMessage(tools, desk, judged)
    case entryKinds.commit:
      return payload ? receiveCommit(tools, desk, judged, payload) : stopped('integrity')
    case entryKinds.proposal:
      return receiveProposal(tools, desk, judged)
    case entryKinds.nack:
      return receiveNack(tools, desk, judged)
    case entryKinds.create:
    case entryKinds.tombstone:
      return passed()
    case entryKinds.hook:
      return receiveHook(tools, desk, judged)
    case entryKinds.refound:
      return unreadable
  }
}

const isOurs = (room: RoomState, payloadHash: Uint8Array): boolean =>
  isOwnPending(room, payloadHash) || ownItem(room, payloadHash) !== undefined

/** The log has taken something of ours: so this is how it names us, and how far our counter is used up. */
const claimed = (place: Place, { entry, envelope }: OpenedEntry): Place => ({
  ...place,
  tag: entry.senderTag,
  acceptedCounter: Math.max(place.acceptedCounter, envelope?.sendCounter ?? 0),
})

/** Whether this device knows nothing of something that the server has from it: nacks have no counter and prove nothing. */
const isStrayOwn = ({ device }: Tools, { room, uses, reading }: Desk, judged: OpenedEntry): boolean => {
  const { envelope } = judged
  if (!envelope || !isOwnTag(room, judged)) return false
  const id = toHex(envelope.messageId)
  return !isUsedBy(uses.get(id) ?? reading.past.uses(id), toHex(device))
}
