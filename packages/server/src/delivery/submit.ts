import { encode, encodeKeyPackage, type Provider } from '@sotto/mls/public'
import { type Acknowledgement, equalBytes, H, SottoError, type Submission } from '@sotto/protocol'
import { encodePolicy } from '@sotto/trust'
import type { HeavyWork } from '../budget/heavyWork.ts'
import { accountKey, type WorkBudget } from '../budget/work.ts'
import type { Clock, ServerLimits } from '../configuration.ts'
import type { DeviceCaller } from '../directory/keyPackages.ts'
import type { EventLog } from '../logging/eventLog.ts'
import type { Charge } from '../quota/budget.ts'
import { type Quota, type Reservation, spending } from '../quota/quota.ts'
import { standingOf } from './access.ts'
import { refusalOf } from './admission.ts'
import { type AcceptedCommit, judgeCommit } from './commit.ts'
import { type AccountSource, type Court, makeCourt } from './court.ts'
import { mapKey } from './digest.ts'
import { entryBytes, ownerOf } from './charged.ts'
import { type CommitRates, makeCommitRates } from './commitRates.ts'
import { type Held, makeHeld } from './held.ts'
import { type Invitations, makeInvitations } from './invitations.ts'
import type { Lanes } from './lane.ts'
import type { Ledger, Once } from './ledger.ts'
import { linkEntry, nextTimeMs } from './link.ts'
import { makeMessageRate } from './messageRate.ts'
import { judgeProposal } from './proposal.ts'
import type { Room, Rooms } from './rooms.ts'
import type { Append, DeliveryStore, RoomChange, Spending } from './store.ts'
import { type Incoming, parseSubmission } from './submission.ts'

export type Submit = (
  caller: DeviceCaller,
  room: Uint8Array,
  submission: Submission,
) => Promise<Acknowledgement>

export interface SubmitDependencies {
  readonly store: Pick<
    DeliveryStore,
    'leftAt' | 'countWelcomes' | 'countWelcomesBy' | 'shareRoom' | 'countClaims'
  >
  readonly rooms: Rooms
  readonly lanes: Lanes
  readonly ledger: Ledger
  readonly quota: Quota
  readonly provider: Provider
  readonly work: WorkBudget
  readonly heavy: HeavyWork
  readonly accounts: AccountSource
  readonly clock: Clock
  readonly limits: ServerLimits
  readonly log: EventLog
}

/** An outcome that may still be on its way to the disk when the room's lane goes on. */
interface Decided {
  readonly ack: Promise<Acknowledgement>
}

const appendOf = (
  room: Room,
  incoming: Incoming,
  once: Once,
  timeMs: number,
  change: RoomChange | null,
  charges: readonly Charge[],
): Append => ({
  room: room.id,
  entry: linkEntry(
    room.head,
    {
      room: room.id,
      kind: incoming.entryKind,
      epoch: incoming.epoch,
      senderTag: once.tag,
      payload: incoming.payload,
      payloadHash: incoming.payloadHash,
      auxHash: incoming.auxHash,
      // The parts of a commit's attachment go to whom they are for.
      aux: incoming.kind === 'app' ? incoming.aux : null,
    },
    timeMs,
  ),
  senderTag: once.tag,
  messageId: once.messageId,
  sendCounter: incoming.envelope.sendCounter,
  change,
  charges,
})

const spendingOf = ({ account }: DeviceCaller, { keyPackages }: AcceptedCommit): Spending => ({
  claimant: account,
  refs: keyPackages.map((one) => H(encode(encodeKeyPackage, one))),
})

/** A commit that takes somebody out or changes the rules, and brings nobody in, goes on when there is no space. */
const endsSomething = (room: Room, { change }: AcceptedCommit): boolean =>
  change.joined.length === 0 &&
  (change.left.length > 0 || !equalBytes(change.policy, encodePolicy(room.policy)))

/** A commit costs this, and a part of a microsecond for each of its bytes: what is added is verified, paths are hashed. */
const commitBaseUs = 5000
const commitByteUs = 0.1

/** What one device has handed in for a room, understood. */
interface Asked {
  readonly room: Room
  readonly caller: DeviceCaller
  readonly incoming: Incoming
  readonly once: Once
}

/** What submissions are decided with, for as long as the server runs. */
interface Desk extends SubmitDependencies {
  readonly held: Held
  readonly commitRates: CommitRates
  readonly invitations: Invitations
}

const courtAt = ({ provider, accounts, limits }: Desk, timeMs: number): Court =>
  makeCourt(provider, accounts, limits, Math.floor(timeMs / 1000))

/** Sets bytes aside for a message. Only for messages: what ends something does not wait for them. */
const setAside = async ({ held, quota }: Desk, { room, caller, incoming }: Asked): Promise<Reservation> => {
  const key = `${mapKey(caller.device)} ${room.key}`
  const { sendCounter } = incoming.envelope
  const bytes = incoming.payload.length + (incoming.aux?.length ?? 0) + entryBytes
  held.check(key, sendCounter)
  try {
    const reserved = await quota.reserve([
      { scope: 'account', owner: ownerOf(caller.account), bytes },
      { scope: 'room', owner: ownerOf(room.id), bytes },
    ])
    held.taken(key, sendCounter)
    return reserved
  } catch (failure) {
    if (failure instanceof SottoError) held.refused(key, sendCounter, failure)
    throw failure
  }
}

const takeMessage = async (desk: Desk, asked: Asked): Promise<Decided> => {
  const { room, incoming, once } = asked
  const reserved = await setAside(desk, asked)
  const timeMs = nextTimeMs(room.head, desk.clock.nowMs())
  const append = (charges: readonly Charge[]) =>
    desk.ledger.append(room, once, appendOf(room, incoming, once, timeMs, null, charges))
  return { ack: spending(reserved, append) }
}

const takeProposal = async (desk: Desk, { room, caller, incoming, once }: Asked): Promise<Decided> => {
  const { rooms, ledger, clock } = desk
  const timeMs = nextTimeMs(room.head, clock.nowMs())
  const before = await rooms.group(room)
  const { change, group } = await judgeProposal(
    courtAt(desk, timeMs),
    before,
    room.policy,
    incoming,
    caller.device,
  )
  const ack = ledger.append(room, once, appendOf(room, incoming, once, timeMs, change, []))
  await ack
  rooms.renew(room, { group })
  return { ack }
}

/** Appends a commit that holds; one that invites spends the key packages that it took. */
const appendCommit = async (
  { lanes, ledger, commitRates, invitations }: Desk,
  { room, caller, incoming, once }: Asked,
  timeMs: number,
  accepted: AcceptedCommit,
): Promise<Acknowledgement> => {
  const { change } = accepted
  const append = async (spends?: Spending) => {
    commitRates.accepted(room, caller, incoming.isExternal ? 'external' : 'member')
    const plain = appendOf(room, incoming, once, timeMs, change, [])
    const appended = ledger.append(room, once, spends ? { ...plain, spends } : plain)
    await appended
    return { appended }
  }
  const invite = async () => {
    const spends = spendingOf(caller, accepted)
    await invitations.check(spends, change.joined)
    return append(spends)
  }
  // Of one account one after the other, wherever it invites.
  const { appended } = await (change.welcome
    ? lanes.run(`inviter ${mapKey(caller.account)}`, invite)
    : append())
  return appended
}

const takeCommit = async (desk: Desk, asked: Asked): Promise<Decided> => {
  const { room, caller, incoming } = asked
  const { rooms, quota, work, heavy, clock, log, commitRates } = desk
  commitRates.tried(caller)
  const account = accountKey(caller.account)
  const workUs = commitBaseUs + commitByteUs * incoming.payload.length
  log.count({ account: caller.account }, { workUs })
  work.takeForAccount(account, workUs)
  const timeMs = nextTimeMs(room.head, clock.nowMs())
  const before = await rooms.group(room)
  const accepted = await heavy.run(account, () =>
    judgeCommit(courtAt(desk, timeMs), room, before, caller, incoming),
  )
  if (!endsSomething(room, accepted)) {
    quota.checkSpace()
    commitRates.holdsBytes(account, incoming.payload.length)
  }
  const ack = await appendCommit(desk, asked, timeMs, accepted)
  if (incoming.isExternal) commitRates.cameIn(room, caller)
  const { change, group, policy, members } = accepted
  rooms.renew(room, { group, epoch: { epoch: change.epoch, policy, members } })
  const { device } = caller
  log.info('commit_accepted', { room: room.id, account: caller.account, device, count: members.size })
  return { ack: Promise.resolve(ack) }
}

/**
 * Messages leave the room's turn at once, so that the next is decided while the disk is busy. Handshakes change what all
 * that follows is judged by, and leave it when they are durable.
 */
const take = (desk: Desk, asked: Asked): Promise<Decided> => {
  switch (asked.incoming.kind) {
    case 'app':
      return takeMessage(desk, asked)
    case 'proposal':
      return takeProposal(desk, asked)
    case 'commit':
      return takeCommit(desk, asked)
  }
}

const decide = async (
  desk: Desk,
  caller: DeviceCaller,
  id: Uint8Array,
  incoming: Incoming,
): Promise<Decided> => {
  const { store, rooms, ledger } = desk
  const room = await rooms.load(id)
  const once = ledger.once(id, caller.device, incoming.envelope.messageId, incoming)
  const before = await ledger.answeredBefore(room, once)
  if (before) return { ack: Promise.resolve(before) }
  const refusal = refusalOf(room, incoming, {
    standing: await standingOf(store, room, caller),
    lastCounter: await ledger.lastCounter(room, once.tag),
    anchorHash: await ledger.hashAt(room, incoming.envelope.anchorSeq),
  })
  if (refusal) throw refusal
  return take(desk, { room, caller, incoming, once })
}

const noteRefusal = (
  log: EventLog,
  { account, device }: DeviceCaller,
  room: Uint8Array,
  error: SottoError,
): void => {
  const { code, detail } = error
  const rule = typeof detail['rule'] === 'string' ? { rule: detail['rule'] } : {}
  if (code === 'fork' || code === 'client_rollback')
    log.warn('fork_reported', { account, device, room, code })
  else if (code === 'policy' || code === 'not_member')
    log.info('refused', { account, device, room, code, ...rule })
}

/** `submit` of docs/spec/protocol.md. */
export const makeSubmit = (dependencies: SubmitDependencies): Submit => {
  const { store, lanes, clock, limits, log } = dependencies
  const messageRate = makeMessageRate(clock, limits)
  const desk: Desk = {
    ...dependencies,
    held: makeHeld(clock),
    commitRates: makeCommitRates(clock, limits),
    invitations: makeInvitations({ store, limits }),
  }
  return async (caller, room, submission) => {
    const incoming = parseSubmission(room, submission, limits)
    messageRate.take(mapKey(caller.device), mapKey(room), incoming.envelope.sendCounter)
    try {
      const { ack } = await lanes.run(mapKey(room), () => decide(desk, caller, room, incoming))
      return await ack
    } catch (error) {
      if (error instanceof SottoError) noteRefusal(log, caller, room, error)
      throw error
    }
  }
}
