import type { Provider } from '@sotto/mls/public'
import { type Acknowledgement, type createRoom, entryKinds, type InputOf, SottoError } from '@sotto/protocol'
import { decodePolicy } from '@sotto/trust'
import { makeTries } from '../authentication/tries.ts'
import type { HeavyWork } from '../budget/heavyWork.ts'
import { accountKey } from '../budget/work.ts'
import type { Clock, ServerLimits } from '../configuration.ts'
import type { DeviceCaller } from '../directory/keyPackages.ts'
import type { EventLog } from '../logging/eventLog.ts'
import { type Quota, spending } from '../quota/quota.ts'
import type { Appender } from './appender.ts'
import { entryBytes, ownerOf } from './charged.ts'
import { type AccountSource, makeCourt } from './court.ts'
import { judgeCreation, type LastPolicy } from './creation.ts'
import { digest, mapKey } from './digest.ts'
import type { Lanes } from './lane.ts'
import type { Ledger } from './ledger.ts'
import { linkEntry, nextTimeMs } from './link.ts'
import type { Rooms } from './rooms.ts'
import type { DeliveryStore } from './store.ts'

export type Create = (caller: DeviceCaller, input: InputOf<typeof createRoom>) => Promise<Acknowledgement>

interface Dependencies {
  readonly store: Pick<DeliveryStore, 'room' | 'roomsOf'>
  readonly rooms: Pick<Rooms, 'isDamaged'>
  readonly lanes: Lanes
  readonly ledger: Ledger
  readonly quota: Quota
  readonly appender: Appender
  readonly provider: Provider
  readonly heavy: HeavyWork
  readonly accounts: AccountSource
  readonly clock: Clock
  readonly limits: ServerLimits
  readonly log: EventLog
}

const dayMs = 86_400_000

/** Opens a room's log. The room's id is the message id of its first entry: repeating it gives the same answer. */
export const makeCreate = (dependencies: Dependencies): Create => {
  const { store, rooms, lanes, ledger, quota, appender, provider, heavy, accounts, clock, limits, log } =
    dependencies
  const creations = makeTries(clock, {
    free: limits.roomsPerAccountPerDay,
    windowMs: dayMs,
    delayMaxMs: limits.tryDelayMaxMs,
    standingMax: limits.roomsPerAccountPerDay,
  })

  const lastPolicy: LastPolicy = async (id) => {
    const known = await store.room(id)
    const policy = known && decodePolicy(known.policy)
    // A room that is damaged is one that is lost.
    return policy?.kind === 'ok' ? policy.value : undefined
  }

  const create: Create = async (caller, input) => {
    const { room, groupInfo, tree } = input
    const hashes = { payloadHash: digest(groupInfo), auxHash: digest(tree) }
    const once = ledger.once(room, caller.device, room, hashes)
    if (rooms.isDamaged(room)) throw new SottoError('unavailable')
    if (await store.room(room)) {
      const before = await ledger.storedAnswer(room, once)
      if (!before) throw new SottoError('id_reused')
      return before
    }
    quota.checkSpace()
    const maker = mapKey(caller.account)
    creations.check(maker)
    const mine = await store.roomsOf(caller.device, limits.roomsPerAccountMax)
    if (mine.length >= limits.roomsPerAccountMax) throw new SottoError('rate', 'too many rooms')

    const timeMs = nextTimeMs(null, clock.nowMs())
    const court = makeCourt(provider, accounts, limits, Math.floor(timeMs / 1000))
    const change = await heavy.run(accountKey(caller.account), () =>
      judgeCreation(court, caller, input, lastPolicy),
    )
    const { tag: senderTag, messageId } = once
    const entry = linkEntry(
      null,
      { room, kind: entryKinds.create, epoch: 0, senderTag, payload: groupInfo, ...hashes, aux: null },
      timeMs,
    )
    const bytes = groupInfo.length + tree.length + entryBytes
    const reserved = await quota.reserve([{ scope: 'account', owner: ownerOf(caller.account), bytes }])
    const opened = input.open ? { ...change, open: { name: input.open, sinceMs: timeMs } } : change
    const append = { room, entry, senderTag, messageId, sendCounter: null, change: opened }
    creations.begin(maker)
    // What a full disk has refused was not made.
    const ack = await spending(reserved, (charges) => appender.append({ ...append, charges })).catch(
      (error: unknown) => {
        creations.undo(maker)
        throw error
      },
    )
    log.info('room_created', { room, account: caller.account, device: caller.device })
    return ack
  }

  return (caller, input) => lanes.run(mapKey(input.room), () => create(caller, input))
}
