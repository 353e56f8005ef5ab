import { allSecrets, type Group, leafAt, leaves, observe, process, type PublicGroup } from '@sotto/mls'
import { declinedExtension, decodeLoggedNack, equalBytes, type LoggedNack, toHex } from '@sotto/protocol'
import { deviceOf, identityOf, may, policyOf, roleOf, verifyLabelled } from '@sotto/trust'
import { allSecretsOf } from '../hook/keys.ts'
import { decodeContent, isForPeople } from '../content/content.ts'
import { attempt } from './attempt.ts'
import { type Desk, type Ending, stopped, passed, secondsOf } from './desk.ts'
import type { OpenedEntry } from './entry.ts'
import { eventsOf, memberCountOf } from './events.ts'
import { hooksAfter, movedBetween, movedBy, type Moved, withHookOf } from './hooksAfter.ts'
import { withMetaKey } from './metadata.ts'
import { moved } from './move.ts'
import { enterRepair } from './repair.ts'
import { anchorHolds } from './receiveMessage.ts'
import { epochOf, requeue } from './send.ts'
import { type Intent, type OutboxItem, publicOf, rejoinRule, rejoinsKept, type RoomState } from './state.ts'
import type { Tools } from './tools.ts'

/**
 * Commits, proposals and objections in the log. A commit that the rules refuse stops the room where it is; one that
 * they allow and that this device cannot process with its keys costs it its keys (REC-2).
 */
export const receiveCommit = async (
  tools: Tools,
  desk: Desk,
  judged: OpenedEntry,
  payload: Uint8Array,
): Promise<Ending> => {
  const { room, reading } = desk
  const { entry, envelope } = judged
  if (isOwnPending(room, entry.payloadHash) && room.pending?.staged)
    return adopt(tools, desk, room.pending.staged, entry.timeMs)
  if (!envelope) return stopped('policy', 'C0e')
  const { group, pending } = room
  if (!group) return follow(tools, desk, judged, payload, null)
  const tried = await attempt(tools, secondsOf(entry.timeMs), reading.asked, (engine) =>
    process(engine, group, payload),
  )
  if (tried.kind === 'needs') return tried
  if (tried.kind === 'refused')
    return tried.rule.startsWith('mls:')
      ? follow(tools, desk, judged, payload, tried.rule)
      : stopped('policy', tried.rule)
  const { value, authorization } = tried
  if (value.kind !== 'commit' || !authorization) return stopped('policy', 'C0e')
  // Taken out of the tree, but not off the members: this device may come in again.
  if (!value.group && isMember(tools, value.view.after.context))
    return follow(tools, desk, judged, payload, null)
  if (!anchorHolds(desk, envelope, entry.seq)) return stopped('fork')
  desk.consumed.push(...value.consumed)
  if (pending?.staged) desk.consumed.push(...secretsLeft(pending.staged, value.group))
  const events = eventsOf(authorization, room)
  if (value.group) {
    enter(desk, value.group, movedBy(authorization))
    desk.room = withMetaKey(tools, desk.room)
  } else expel(desk)
  return passed(...events)
}

/** The own commit stands in the log: what it leads to is the group now. */
const adopt = (tools: Tools, desk: Desk, staged: Group, timeMs: number): Ending => {
  const { room } = desk
  const { pending, group, place } = room
  if (group) desk.consumed.push(...secretsLeft(group, staged))
  const isFulfilled = ({ id }: Intent): boolean => pending?.intents.includes(id) ?? false
  const fulfilled = room.intents.filter(isFulfilled)
  const known = publicOf(room)
  const people = known ? movedBetween(known, staged.public) : { came: false, went: false }
  enter(desk, staged, { ...people, came: people.came || fulfilled.some(({ kind }) => kind === 'readd') })
  const next = withMetaKey(tools, pending?.meta ? { ...desk.room, meta: pending.meta } : desk.room)
  const isBack = room.phase.kind === 'repairing'
  desk.room = {
    ...(isBack ? moved(next, { kind: 'rejoined' }) : next),
    hooks: fulfilled.reduce(withHookOf, next.hooks),
    intents: room.intents.filter((intent) => !isFulfilled(intent)),
    place: {
      ...next.place,
      leafMs: timeMs,
      leafCounter: place.sendCounter,
      rejoinedMs: isBack ? [...place.rejoinedMs, timeMs].slice(-rejoinsKept) : place.rejoinedMs,
    },
  }
  for (const intent of pending?.intents ?? [])
    desk.told.push({ kind: 'intent', intent, result: { kind: 'done' } })
  return passed(...(pending?.events ?? []))
}

/**
 * Follows a commit as everybody sees it, without keys.
 *
 * @param rule why the keys of this device do not open it; null when it has none, or none any more
 */
const follow = async (
  tools: Tools,
  desk: Desk,
  judged: OpenedEntry,
  payload: Uint8Array,
  rule: string | null,
): Promise<Ending> => {
  const { entry, envelope } = judged
  const known = publicOf(desk.room)
  // Nothing is known of the group: it will be verified whole when this device comes in.
  if (!known || !envelope) return passed()
  const tried = await attempt(tools, secondsOf(entry.timeMs), desk.reading.asked, (engine) =>
    observe(engine, known, payload),
  )
  if (tried.kind === 'needs') return tried
  if (tried.kind === 'refused') return stopped('policy', tried.rule)
  const { value, authorization } = tried
  if (value.kind !== 'commit' || !authorization) return stopped('policy', 'C0e')
  if (!anchorHolds(desk, envelope, entry.seq)) return stopped('fork')
  const events = eventsOf(authorization, desk.room)
  if (isMember(tools, value.group.context)) {
    heedHooks(desk, value.group, movedBy(authorization))
    loseKeys(tools, desk, value.group, entry.seq, rule)
  } else expel(desk)
  return passed(...events)
}

/** Goes on without keys; what kept this device from using them is told to all (`nack`), for it may be somebody's fault. */
const loseKeys = (
  { provider }: Tools,
  desk: Desk,
  observed: PublicGroup,
  seq: number,
  rule: string | null,
): void => {
  const { room } = desk
  if (room.pending?.staged) desk.consumed.push(...secretsLeft(room.pending.staged, null))
  if (room.group) desk.consumed.push(...allSecrets(room.group))
  const repairing = enterRepair(room, rule === null ? 'not_member' : 'policy', rule)
  const nack = rule === null ? null : { seq, rule, message: provider.random(16) }
  desk.room = {
    ...(nack ? moved(repairing, { kind: 'objected', nack }) : repairing),
    group: null,
    observed,
    pending: null,
    declined: nobody(room),
    intents: stillWanted(room, observed),
    summary: { ...room.summary, memberCount: memberCountOf(observed) },
  }
}

const isMember = ({ account }: Tools, context: PublicGroup['context']): boolean => {
  const policy = policyOf(context)
  return policy.kind === 'ok' && roleOf(policy.value, account) !== undefined
}

/** The secrets of a state that is given up, but for those that the next one still has. */
const secretsLeft = (before: Group, next: Group | null): readonly Uint8Array[] => {
  const kept = new Set(next ? allSecrets(next) : [])
  return allSecrets(before).filter((secret) => !kept.has(secret))
}

/**
 * The next epoch. A commit or proposal of ours was for the epoch before: it has lost the race, and its intent stays.
 * The same holds for messages that are not in the log by now: they never will be.
 */
const enter = (desk: Desk, group: Group, people: Moved): void => {
  heedHooks(desk, group.public, people)
  const { room } = desk
  desk.room = {
    ...room,
    group,
    observed: null,
    pending: null,
    declined: nobody(room),
    intents: stillWanted(room, group.public),
    outbox: requeue(
      withoutFailedTellings(room.outbox),
      ({ stage }) => stage.kind === 'encrypted' && stage.epoch < epochOf(group),
    ),
    place: { ...room.place, epoch: epochOf(group) },
    summary: { ...room.summary, memberCount: memberCountOf(group.public) },
  }
}

/** What clients could not tell each other nobody looks after: it is told anew. */
const withoutFailedTellings = (outbox: readonly OutboxItem[]): readonly OutboxItem[] =>
  outbox.some(isFailedTelling) ? outbox.filter((item) => !isFailedTelling(item)) : outbox

const isFailedTelling = (item: OutboxItem): boolean =>
  item.stage.kind === 'failed' && !isForPeople(decodeContent(item.content))

const heedHooks = (desk: Desk, group: PublicGroup, people: Moved): void => {
  const { hooks, consumed, unsaid } = hooksAfter(desk.room.hooks, group, people)
  desk.consumed.push(...consumed)
  const isUnsaid = ({ message }: OutboxItem): boolean => unsaid.some((one) => equalBytes(one, message))
  const { outbox } = desk.room
  desk.room = {
    ...desk.room,
    hooks,
    outbox: unsaid.length > 0 ? outbox.filter((one) => !isUnsaid(one)) : outbox,
  }
}

/** Somebody else may have brought a device in again that had asked for it: its old leaf is gone. */
const stillWanted = ({ intents }: RoomState, { tree }: PublicGroup): RoomState['intents'] => {
  if (!intents.some(({ kind }) => kind === 'readd')) return intents
  const keys = new Set([...leaves(tree)].map(([, { signatureKey }]) => toHex(signatureKey)))
  return intents.filter((intent) => intent.kind !== 'readd' || keys.has(toHex(intent.leafKey)))
}

/** Who is out keeps what was read before. */
const expel = (desk: Desk): void => {
  const { room } = desk
  if (room.group) desk.consumed.push(...allSecrets(room.group))
  desk.consumed.push(...room.hooks.flatMap(allSecretsOf))
  if (room.outbox.length > 0)
    desk.told.push({ kind: 'outbox', messages: room.outbox.map(({ message }) => message) })
  desk.room = moved(room, { kind: 'removed' })
}

export const isOwnPending = ({ pending }: RoomState, payloadHash: Uint8Array): boolean =>
  pending !== null && equalBytes(pending.messageHash, payloadHash)

export const receiveProposal = async (tools: Tools, desk: Desk, judged: OpenedEntry): Promise<Ending> => {
  const { entry, payload, envelope } = judged
  if (isOwnPending(desk.room, entry.payloadHash)) desk.room = { ...desk.room, pending: null }
  const { group, observed } = desk.room
  if (!payload || !envelope || !(group ?? observed)) return passed()
  const tried = await attempt(tools, secondsOf(entry.timeMs), desk.reading.asked, async (engine) => {
    if (group) return { keys: true, read: await process(engine, group, payload) } as const
    return { keys: false, read: await observe(engine, observed as PublicGroup, payload) } as const
  })
  if (tried.kind === 'needs') return tried
  // What is no proposal for us is none for anybody: a commit that names it will be refused.
  if (tried.kind === 'refused' || tried.value.read.kind !== 'proposal') return passed()
  if (!anchorHolds(desk, envelope, entry.seq)) return stopped('fork')
  const { value } = tried
  if (value.keys && value.read.kind === 'proposal') {
    desk.consumed.push(...value.read.consumed)
    desk.room = { ...desk.room, group: value.read.group }
  } else if (!value.keys) desk.room = { ...desk.room, observed: value.read.group }
  if (equalBytes(envelope.extension ?? nothing, declinedExtension)) noteNo(desk)
  return passed()
}

const nothing = new Uint8Array()

/** The proposals of an epoch end with it. */
const nobody = ({ declined }: RoomState): RoomState['declined'] => (declined.length > 0 ? [] : declined)

/** The newest proposal is that of somebody who has said no, if it is the removal of the own leaf. */
const noteNo = (desk: Desk): void => {
  const group = publicOf(desk.room)
  const newest = group?.proposals.at(-1)
  if (!group || newest?.proposal.kind !== 'remove' || newest.sender.kind !== 'member') return
  const leaf = leafAt(group.tree, newest.sender.leafIndex)
  const identity = leaf && identityOf(leaf)
  if (!identity || newest.proposal.removed !== newest.sender.leafIndex) return
  desk.room = { ...desk.room, declined: [...desk.room.declined, identity.account] }
}

/** A member says that it refuses a commit, or that it wants to be brought in again; forged ones are passed over. */
export const receiveNack = async (tools: Tools, desk: Desk, { payload }: OpenedEntry): Promise<Ending> => {
  const nack = payload && readNack(payload)
  const group = publicOf(desk.room)
  if (!nack || !group) return passed()
  const state = tools.find(nack.account)?.state
  const device = state && deviceOf(state, nack.device)
  const claim = [desk.room.id, nack.seq, nack.rule, nack.messageId]
  const key = device?.certificate.signingKey
  if (!key || !(await verifyLabelled(tools.provider, key, 'nack', claim, nack.signature))) return passed()
  if (nack.rule === rejoinRule) {
    noteWish(tools, desk, group, nack)
    return passed()
  }
  // Whoever is not in the room any more has no say in it, whatever the server lets through.
  if (!isInTree(group, nack)) return passed()
  return passed({ kind: 'event', actor: nack.account, event: { kind: 'objected', rule: nack.rule } })
}

const isInTree = ({ tree }: PublicGroup, { account, device }: LoggedNack): boolean =>
  [...leaves(tree)].some(([, leaf]) => {
    const identity = identityOf(leaf)
    return identity && equalBytes(identity.account, account) && equalBytes(identity.device, device)
  })

/** Whoever can bring the device in again will try, unless somebody else was first. */
const noteWish = (tools: Tools, desk: Desk, { tree, context }: PublicGroup, nack: LoggedNack): void => {
  const { room } = desk
  const id = `readd-${toHex(nack.device)}`
  if (!room.group || equalBytes(nack.device, tools.device)) return
  if (room.intents.some((intent) => intent.id === id) || !mayBringIn(tools, context, nack.account)) return
  for (const [index] of leaves(tree)) {
    const leaf = leafAt(tree, index)
    const identity = leaf && identityOf(leaf)
    if (!identity || !equalBytes(identity.device, nack.device)) continue
    const { account, device } = nack
    const wish = { kind: 'readd', id, account, device, leafKey: leaf.signatureKey, keyPackage: null } as const
    desk.room = { ...room, intents: [...room.intents, wish] }
  }
}

/** Taking somebody out and in again takes both rights, and a higher role (C3). */
const mayBringIn = ({ account }: Tools, context: PublicGroup['context'], other: Uint8Array): boolean => {
  const policy = policyOf(context)
  if (policy.kind !== 'ok') return false
  if (equalBytes(account, other)) return true
  const [own, theirs] = [roleOf(policy.value, account), roleOf(policy.value, other)]
  return (
    own !== undefined &&
    theirs !== undefined &&
    own > theirs &&
    may(policy.value, account, 'kick') &&
    may(policy.value, account, 'invite')
  )
}

const readNack = (payload: Uint8Array): LoggedNack | undefined => {
  try {
    return decodeLoggedNack(payload)
  } catch {
    return undefined
  }
}
