import { equalBytes, limits, toHex } from '@sotto/protocol'
import { type Intent, type Invitation, isGoing, type OutboxItem, type Pending, type Place } from './state.ts'
import type { RoomState } from './state.ts'
import { pendingId } from './sending.ts'
import type { Group } from '@sotto/mls'
import { type HookDuty, hookDuties } from './hookDuties.ts'
import { type Death, policyOf } from '@sotto/trust'
import { type Claimant, isClaimant, isUnclaimed } from './claim.ts'
import { hasAskedToLeave, hasProposalsOfOthers } from './proposals.ts'
import { freePlaces } from './places.ts'
import { isMetaKnown } from './metadata.ts'
import { intentsOf, needsMeta, type Purpose } from './purpose.ts'

/** What lies outside of a room's stored state and decides what can be done now. */
export interface Situation {
  readonly online: boolean
  /** It is known which devices were revoked while there was no line. */
  readonly synced: boolean
  /** The newest entry known to be in the log. */
  readonly head: number
  /** Messages that are on their way to the server, or were acknowledged and are not in the log yet, by id in hex. */
  readonly underWay: ReadonlySet<string>
  /** Refused for now, or lost a race: nothing of this device is sent before. */
  readonly holdingBack: boolean
  /** The server has no space for messages at the moment. */
  readonly crowdedOut: boolean
  /** How many messages may be under way at once. */
  readonly window: number
  /** A member of the room is not who it was. */
  readonly alarmed: boolean
  /** This device has not tried yet, in this epoch, to commit what others have proposed. */
  readonly onDuty: boolean
  /** The worst of the leaves that nobody may use any more. */
  readonly dead: Death | null
  /** The server's time, as far as it is known. */
  readonly clockMs: number
  /** The time that the next entry of the log will have. */
  readonly timeMs: number
  /** The account of this device. */
  readonly account: Uint8Array
  /** Hooks of which the server may have lost what it was told, in hex. */
  readonly doubted: ReadonlySet<string>
  /** How many people may be brought in by one commit. */
  readonly together: number
  /** Whether it is this device's turn to give the tree keys. */
  readonly filling: boolean
  /** It is worth a try to fetch the room's metadata. */
  readonly metaDue: boolean
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
  /** Key packages for those who are to be brought in. */
  | { readonly kind: 'claim'; readonly intents: readonly Claimant[] }
  /** The own place is to be taken anew. */
  | { readonly kind: 'rejoin' }
  /** The server is offered what it has lost. */
  | { readonly kind: 'restore_log' }
  | { readonly kind: 'hook'; readonly duty: HookDuty }
  /** The room's metadata are others than this device has. */
  | { readonly kind: 'meta' }

/** Own messages on their way at the same time: enough to fill a long line, few enough to be encrypted again. */
export const flyingMax = 8

/**
 * The next actions for a room. It is asked after every step, after every answer and at every start, so that a crash
 * between any two of them is completed by asking once more.
 */
export const decide = (room: RoomState, situation: Situation): readonly Action[] => {
  if (!situation.online) return []
  switch (room.phase.kind) {
    case 'creating':
      return situation.holdingBack ? [] : [{ kind: 'create' }]
    case 'frozen':
      if (situation.holdingBack) return []
      if (room.phase.nack) return [{ kind: 'nack' }]
      return room.phase.code === 'server_rollback' ? [{ kind: 'restore_log' }] : []
    case 'repairing':
      return decideRepair(room, room.phase, situation)
    case 'active':
    case 'leaving':
    case 'parting':
      return decideOpen(room, situation)
    case 'invited':
    case 'removed':
    case 'refounded':
    case 'left':
    case 'absent':
      return []
  }
}

/** Whether anything is known of where this device is in the log. */
export const hasPlace = ({ cursor, hash }: Place): boolean => cursor > 0 || hash.some((byte) => byte !== 0)

/** Nothing else is tried before the end of the log is reached (REC-1). */
const decideRepair = (
  { place, pending }: RoomState,
  { nack, asked }: Extract<RoomState['phase'], { kind: 'repairing' }>,
  situation: Situation,
): readonly Action[] => {
  if (hasPlace(place) && place.cursor < situation.head) return [{ kind: 'fetch' }]
  if (situation.holdingBack) return []
  if (!hasPlace(place)) return [{ kind: 'rejoin' }]
  if (nack) return [{ kind: 'nack' }]
  if (pending) return situation.underWay.has(pendingId) ? [] : [{ kind: 'submit_pending', pending }]
  return asked ? [] : [{ kind: 'rejoin' }]
}

const decideOpen = (room: RoomState, situation: Situation): readonly Action[] => {
  if (room.place.cursor < situation.head) return [{ kind: 'fetch' }]
  if (situation.holdingBack) return []
  const { group, pending } = room
  if (pending) return situation.underWay.has(pendingId) ? [] : [{ kind: 'submit_pending', pending }]
  if (!group) return []
  if (isGoing(room)) return hasAskedToLeave(group) ? [] : [{ kind: 'propose_leave' }]
  const sent = room.outbox.filter(({ stage }) => stage.kind === 'encrypted')
  const submit = situation.crowdedOut ? [] : submitting(sent, situation)
  const isQueued = room.outbox.some(({ stage }) => stage.kind === 'queued')
  const wanted = purposeOf(room, group, situation, isQueued)
  const purpose = wanted && needsMeta(wanted) && !isMetaKnown(room) ? undefined : wanted
  const meta: readonly Action[] = situation.metaDue ? [{ kind: 'meta' }] : []
  // A commit waits for what was encrypted before it, which it would make stale; nothing is encrypted meanwhile. Where
  // there is no space for that, somebody may still have to be taken out.
  if (purpose && sent.length > 0 && !situation.crowdedOut) return submit
  if (purpose) return [claimFor(purpose, situation) ?? { kind: 'commit', purpose }]
  // What is said now might be said to whoever has the device (CL-10).
  if (situation.dead === 'revoked' || !situation.synced) return [...submit, ...meta]
  const count = situation.window - sent.length
  const { timeMs, account, doubted } = situation
  const duties = hookDuties(room, timeMs, account, doubted).map((duty): Action => ({ kind: 'hook', duty }))
  return isQueued && count > 0 && !situation.alarmed && !situation.crowdedOut
    ? [...submit, { kind: 'encrypt', count }, ...duties, ...meta]
    : [...submit, ...duties, ...meta]
}

/** What has to be committed before anything more is said. */
const purposeOf = (
  room: RoomState,
  group: Group,
  situation: Situation,
  isQueued: boolean,
): Purpose | undefined => {
  const [intent] = room.intents
  if (intent?.kind === 'invite')
    return { kind: 'invitations', intents: firstInvitations(room, group, situation.together) }
  if (intent) return { kind: 'intent', intent }
  // What nobody can commit must not silence the room: it is tried once in an epoch.
  if (!situation.onDuty) return undefined
  if (situation.dead) return { kind: 'dead' }
  if (hasProposalsOfOthers(group)) return { kind: 'proposals' }
  if (isLeafOld(room, situation.timeMs, isQueued)) return { kind: 'intent', intent: freshKeys }
  return situation.filling && !isQueued ? { kind: 'fill' } : undefined
}

/**
 * Those who are invited first, as many as one commit may bring in and as find a place; at least one of them. A person
 * of whom nothing is claimed yet counts as one device; the next time the claimed ones count.
 */
const firstInvitations = (
  { intents }: RoomState,
  { public: known }: Group,
  together: number,
): readonly Invitation[] => {
  const policy = policyOf(known.context)
  const placesFree = policy.kind === 'ok' ? freePlaces(known, policy.value) : 0
  const devicesMax = Math.min(limits.addsPerCommitMax, placesFree)
  const first: Invitation[] = []
  let devices = 0
  for (const intent of intents) {
    if (intent.kind !== 'invite' || first.length >= together) return first
    devices += Math.max(1, intent.keyPackages.length)
    if (first.length > 0 && devices > devicesMax) return first
    if (first.some(({ account }) => equalBytes(account, intent.account))) return first
    first.push(intent)
  }
  return first
}

const claimFor = (purpose: Purpose, { clockMs }: Situation): Action | undefined => {
  const clockS = Math.floor(clockMs / 1000)
  const intents = intentsOf(purpose)
    .filter(isClaimant)
    .filter((intent) => isUnclaimed(intent, clockS))
  return intents.length > 0 ? { kind: 'claim', intents } : undefined
}

const freshKeys: Intent = { kind: 'refresh', id: 'refresh' }
export const dayMs = 86_400_000
/** Own messages, or days, after which whoever speaks gets new keys first (CL-11); who is silent, later. */
const leafMessagesMax = 1000
const leafSpeakingMs = 7 * dayMs
const leafSilentMs = 30 * dayMs

/** Members came in at different times; what they do at the same time, the place in the log tells apart. */
const isLeafOld = ({ place }: RoomState, timeMs: number, isQueued: boolean): boolean => {
  const ageMs = timeMs - place.leafMs
  if (ageMs > leafSilentMs) return true
  return isQueued && (ageMs > leafSpeakingMs || place.sendCounter - place.leafCounter >= leafMessagesMax)
}

const submitting = (sent: readonly OutboxItem[], { underWay }: Situation): readonly Action[] => {
  const items = sent.filter(({ message }) => !underWay.has(toHex(message)))
  return items.length > 0 ? [{ kind: 'submit', items }] : []
}
