import { encode, encodeKeyPackage, type Provider } from '@sotto/mls/public'
import { type Acknowledgement, equalBytes, H, SottoError, type Submission } from '@sotto/protocol'
import { encodePolicy, may } from '@sotto/trust'
import type { HeavyWork } from '../budget/heavyWork.ts'
import { accountKey, type WorkBudget } from '../budget/work.ts'
import type { Clock, ServerLimits } from '../configuration.ts'
import type { DeviceCaller } from '../directory/keyPackages.ts'
import type { EventLog } from '../logging/eventLog.ts'
import type { Charge } from '../quota/budget.ts'
import { type Quota, type Reservation, spending } from '../quota/quota.ts'
import { makeRate } from '../rate.ts'
import { standingOf } from './access.ts'
import { refusalOf } from './admission.ts'
import { type AcceptedCommit, judgeCommit } from './commit.ts'
import { type AccountSource, type Court, makeCourt } from './court.ts'
import { mapKey } from './digest.ts'
import { entryBytes, ownerOf } from './charged.ts'
import { makeHeld } from './held.ts'
import { makeInvitations } from './invitations.ts'
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

const minuteS = 60
const dayS = 86_400

/** `submit` of protocol §7. */
export const makeSubmit = (dependencies: SubmitDependencies): Submit => {
  const { store, rooms, lanes, ledger, quota, provider, work, heavy, accounts, clock, limits, log } =
    dependencies
  const messageRate = makeMessageRate(clock, limits)
  const held = makeHeld(clock)
  const perMinute = (burst: number) => makeRate(clock, { perSecond: burst / minuteS, burst })
  // A room's allowance is for commits that hold: nobody uses it up with others. Trying has a bound of its own.
  const attemptRate = perMinute(limits.commitsPerRoomPerMinute)
  const commitRate = perMinute(limits.commitsPerRoomPerMinute)
  /** Whoever commits on and on keeps nobody from taking him out: those who may do that have an allowance of their own. */
  const commitLane = ({ key, policy }: Room, { account }: DeviceCaller): string =>
    `${key} ${may(policy, account, 'kick') ? 'keepers' : 'members'}`
  /** Commits fall under no budget of storage, and one may have megabytes: whoever makes them for their own sake slows down. */
  const commitBytes = makeRate(clock, {
    perSecond: limits.commitBytesPerSecond,
    burst: limits.commitBytesBurst,
  })
  const joinRate = perMinute(limits.joinsPerRoomPerMinute)
  const rejoinRate = makeRate(clock, {
    perSecond: limits.rejoinsPerDay / dayS,
    burst: limits.rejoinsPerDay,
  })
  /** A device that comes in again and again is broken or an attack, and every member pays for each time. */
  const refuseJoiners = (room: Room, joiner: string): void => {
    // First: who has none left must not use up the room's.
    rejoinRate.check(joiner)
    joinRate.take(room.key)
  }

  const courtAt = (timeMs: number): Court => makeCourt(provider, accounts, limits, Math.floor(timeMs / 1000))

  const invitations = makeInvitations({ store, limits })

  /** Of messages alone: what ends something does not wait for them. */
  const setAside = async (room: Room, caller: DeviceCaller, incoming: Incoming): Promise<Reservation> => {
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

  const takeProposal = async (
    room: Room,
    { device }: DeviceCaller,
    incoming: Incoming,
    once: Once,
  ): Promise<Decided> => {
    const timeMs = nextTimeMs(room.head, clock.nowMs())
    const { change, group } = await judgeProposal(
      courtAt(timeMs),
      await rooms.group(room),
      room.policy,
      incoming,
      device,
    )
    const ack = ledger.append(room, once, appendOf(room, incoming, once, timeMs, change, []))
    await ack
    rooms.renew(room, { group })
    return { ack }
  }

  const takeCommit = async (
    room: Room,
    caller: DeviceCaller,
    incoming: Incoming,
    once: Once,
  ): Promise<Decided> => {
    attemptRate.take(mapKey(caller.device))
    const account = accountKey(caller.account)
    const workUs = commitBaseUs + commitByteUs * incoming.payload.length
    log.count({ account: caller.account }, { workUs })
    work.takeForAccount(account, workUs)
    const timeMs = nextTimeMs(room.head, clock.nowMs())
    const before = await rooms.group(room)
    const accepted = await heavy.run(account, () =>
      judgeCommit(courtAt(timeMs), room, before, caller, incoming),
    )
    const { change, group, policy, members } = accepted
    if (!endsSomething(room, accepted)) {
      quota.checkSpace()
      commitBytes.take(account, incoming.payload.length)
    }
    const joiner = room.key + mapKey(caller.device)
    const append = async (spends?: Spending) => {
      commitRate.take(commitLane(room, caller))
      if (incoming.isExternal) refuseJoiners(room, joiner)
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
    const { appended: ack } = await (change.welcome
      ? lanes.run(`inviter ${mapKey(caller.account)}`, invite)
      : append())
    // Counted when it stands: a full disk must not use up what a device may do in a day.
    if (incoming.isExternal) rejoinRate.take(joiner)
    rooms.renew(room, { group, epoch: { epoch: change.epoch, policy, members } })
    const { device } = caller
    log.info('commit_accepted', { room: room.id, account: caller.account, device, count: members.size })
    return { ack }
  }

  /**
   * Messages leave the lane at once, so that the next is decided while the disk is busy. Handshakes change what all
   * that follows is judged by, and leave it when they are durable.
   */
  const take = async (room: Room, caller: DeviceCaller, incoming: Incoming, once: Once): Promise<Decided> => {
    switch (incoming.kind) {
      case 'app': {
        const reserved = await setAside(room, caller, incoming)
        const timeMs = nextTimeMs(room.head, clock.nowMs())
        const append = (charges: readonly Charge[]) =>
          ledger.append(room, once, appendOf(room, incoming, once, timeMs, null, charges))
        return { ack: spending(reserved, append) }
      }
      case 'proposal':
        return takeProposal(room, caller, incoming, once)
      case 'commit':
        return takeCommit(room, caller, incoming, once)
    }
  }

  const decide = async (caller: DeviceCaller, id: Uint8Array, incoming: Incoming): Promise<Decided> => {
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
    return take(room, caller, incoming, once)
  }

  const noteRefusal = ({ account, device }: DeviceCaller, room: Uint8Array, error: SottoError): void => {
    const { code, detail } = error
    const rule = typeof detail['rule'] === 'string' ? { rule: detail['rule'] } : {}
    if (code === 'fork' || code === 'client_rollback')
      log.warn('fork_reported', { account, device, room, code })
    else if (code === 'policy' || code === 'not_member')
      log.info('refused', { account, device, room, code, ...rule })
  }

  return async (caller, room, submission) => {
    const incoming = parseSubmission(room, submission, limits)
    messageRate.take(mapKey(caller.device), mapKey(room), incoming.envelope.sendCounter)
    try {
      const { ack } = await lanes.run(mapKey(room), () => decide(caller, room, incoming))
      return await ack
    } catch (error) {
      if (error instanceof SottoError) noteRefusal(caller, room, error)
      throw error
    }
  }
}
