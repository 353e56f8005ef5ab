import { toHex } from '@sotto/protocol'
import type { RoomState, OutboxItem, Pending } from './state.ts'
import { hasAskedToLeave, hasProposalsOfOthers, type Purpose } from './commit.ts'

/** What lies outside of a room's stored state and decides what can be done now. */
export interface Situation {
  readonly online: boolean
  /** The newest entry known to be in the log. */
  readonly head: number
  /** Messages that are on their way to the server, or were acknowledged and are not in the log yet, by id in hex. */
  readonly underWay: ReadonlySet<string>
  /** Refused for now, or lost a race: nothing of this device is sent before. */
  readonly holdingBack: boolean
  /** How many messages may be under way at once. */
  readonly window: number
  /** A member of the room is not who it was. */
  readonly alarmed: boolean
  /** This device has not tried yet, in this epoch, to commit what others have proposed. */
  readonly onDuty: boolean
}

/** What is to be done next about a room; nothing of it needs more memory than the state itself. */
export type Action =
  | { readonly kind: 'create' }
  | { readonly kind: 'fetch' }
  | { readonly kind: 'nack' }
  | { readonly kind: 'submit_pending'; readonly pending: Pending }
  | { readonly kind: 'submit'; readonly items: readonly OutboxItem[] }
  | { readonly kind: 'encrypt'; readonly count: number }
  | { readonly kind: 'commit'; readonly purpose: Purpose }
  | { readonly kind: 'propose_leave' }

/** Own messages on their way at the same time: enough to fill a long line, few enough to be encrypted again. */
export const flyingMax = 8

/**
 * The next actions for a room. It is asked after every step, after every answer and at every start, so that a crash
 * between any two of them is completed by asking once more.
 */
export const plan = (room: RoomState, situation: Situation): readonly Action[] => {
  if (!situation.online) return []
  switch (room.phase.kind) {
    case 'creating':
      return situation.holdingBack ? [] : [{ kind: 'create' }]
    case 'frozen':
      return room.phase.nack && !situation.holdingBack ? [{ kind: 'nack' }] : []
    case 'active':
    case 'leaving':
      return planOpen(room, situation)
    case 'invited':
    case 'removed':
    case 'left':
      return []
  }
}

const planOpen = (room: RoomState, situation: Situation): readonly Action[] => {
  if (room.place.cursor < situation.head) return [{ kind: 'fetch' }]
  if (situation.holdingBack) return []
  const { group, pending } = room
  if (pending) return situation.underWay.has(pendingId) ? [] : [{ kind: 'submit_pending', pending }]
  if (!group) return []
  if (room.phase.kind === 'leaving') return hasAskedToLeave(group) ? [] : [{ kind: 'propose_leave' }]
  const sent = room.outbox.filter(({ stage }) => stage.kind === 'encrypted')
  const submit = planSubmit(sent, situation)
  const [intent] = room.intents
  // A commit waits for what was encrypted before it, which it would make stale; nothing is encrypted meanwhile.
  if (intent) return sent.length > 0 ? submit : [{ kind: 'commit', purpose: { kind: 'intent', intent } }]
  // What nobody can commit must not silence the room: it is tried once in an epoch.
  if (situation.onDuty && hasProposalsOfOthers(group) && sent.length === 0)
    return [{ kind: 'commit', purpose: { kind: 'proposals' } }]
  const isQueued = room.outbox.some(({ stage }) => stage.kind === 'queued')
  const count = situation.window - sent.length
  return isQueued && count > 0 && !situation.alarmed ? [...submit, { kind: 'encrypt', count }] : submit
}

/** Under which name a commit or proposal is under way; messages have ids of 32 digits. */
export const pendingId = 'pending'

const planSubmit = (sent: readonly OutboxItem[], { underWay }: Situation): readonly Action[] => {
  const items = sent.filter(({ message }) => !underWay.has(toHex(message)))
  return items.length > 0 ? [{ kind: 'submit', items }] : []
}
