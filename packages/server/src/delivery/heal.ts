import { encodePublicGroup, MlsError, type Provider } from '@sotto/mls/public'
import { type Acknowledgement, equalBytes, type healRoom, type InputOf, SottoError } from '@sotto/protocol'
import { encodePolicy, roleOf } from '@sotto/trust'
import type { HeavyWork } from '../budget/heavyWork.ts'
import { accountKey } from '../budget/work.ts'
import type { Clock, ServerLimits } from '../configuration.ts'
import type { DeviceCaller } from '../directory/keyPackages.ts'
import type { EventLog } from '../logging/eventLog.ts'
import type { Quota } from '../quota/quota.ts'
import { makeRate } from '../rate.ts'
import { standingOf } from './access.ts'
import type { Appender } from './appender.ts'
import { checkNewGroupInfo } from './commit.ts'
import { type AccountSource, makeCourt } from './court.ts'
import { mapKey } from './digest.ts'
import type { Lanes } from './lane.ts'
import type { Ledger } from './ledger.ts'
import type { LogKey } from './logKey.ts'
import { type Offered, readOffered } from './offered.ts'
import { makeReplay, type Place, type Replay, type Replayed } from './replay.ts'
import type { Room, Rooms } from './rooms.ts'
import type { Append, DeliveryStore, RoomChange } from './store.ts'

export type Heal = (caller: DeviceCaller, input: InputOf<typeof healRoom>) => Promise<Acknowledgement>

type OfferedGroup = InputOf<typeof healRoom>['group']

interface Dependencies {
  readonly store: Pick<DeliveryStore, 'leftAt' | 'message' | 'groupInfo' | 'hook'>
  readonly rooms: Rooms
  readonly lanes: Lanes
  readonly ledger: Ledger
  readonly appender: Appender
  readonly logKey: LogKey
  readonly provider: Provider
  readonly heavy: HeavyWork
  readonly accounts: AccountSource
  readonly quota: Pick<Quota, 'checkSpace'>
  readonly clock: Clock
  readonly limits: ServerLimits
  readonly log: EventLog
}

const minuteS = 60
const none = new Uint8Array(0)

const isOf = ({ policy, members }: Pick<Place, 'policy' | 'members'>, caller: DeviceCaller): boolean =>
  members.has(mapKey(caller.device)) || roleOf(policy, caller.account) !== undefined

/** What comes behind our head; undefined where the histories are not one. */
const continuation = async (
  { ledger }: Dependencies,
  room: Room,
  offered: readonly Offered[],
): Promise<readonly Offered[] | undefined> => {
  const fresh = offered.filter(({ entry }) => entry.seq > room.head.seq)
  const known = offered[offered.length - fresh.length - 1]
  const [first] = fresh
  const [at, hash] = known
    ? [known.entry.seq, known.hash]
    : [(first as Offered).entry.seq - 1, (first as Offered).entry.previousHash]
  const ours = await ledger.hashAt(room, at)
  const isTimely = !first || first.entry.timeMs >= room.head.timeMs
  return ours && equalBytes(ours, hash) && isTimely ? fresh : undefined
}

/** What later joiners are told by. Nothing, where nobody has said: the next commit brings it (rule HEAL-4). */
const groupInfoFor = async (
  { store, provider, accounts, limits }: Dependencies,
  room: Room,
  caller: DeviceCaller,
  { place, appends, moves }: Replayed,
  offered: OfferedGroup,
): Promise<Uint8Array | null> => {
  const isLost = moves.length > 0 || (await store.groupInfo(room.id))?.length === 0
  if (!isLost) return null
  if (!offered) return none
  const leaf = place.members.get(mapKey(caller.device))?.leaf
  if (leaf === undefined) throw new SottoError('not_member')
  const { timeMs } = (appends.at(-1) as Append).entry
  const court = makeCourt(provider, accounts, limits, Math.floor(timeMs / 1000))
  try {
    await checkNewGroupInfo(court, place.group, leaf, offered.groupInfo)
  } catch (error) {
    throw error instanceof MlsError ? court.failure(error) : error
  }
  return offered.groupInfo
}

const changeOf = async (
  dependencies: Dependencies,
  room: Room,
  caller: DeviceCaller,
  before: Place,
  replayed: Replayed,
  offered: OfferedGroup,
): Promise<RoomChange | null> => {
  const { place, moves } = replayed
  const groupInfo = await groupInfoFor(dependencies, room, caller, replayed, offered)
  // Messages and nacks change nothing beside the log.
  if (place.group === before.group && groupInfo === null) return null
  const isSealedAnew = groupInfo !== null && offered !== null && offered.meta.length > 0
  return {
    kind: 'healed',
    epoch: place.epoch,
    policy: encodePolicy(place.policy),
    group: encodePublicGroup(place.group),
    groupInfo,
    meta: isSealedAnew ? { epoch: place.epoch, sealed: offered.meta } : null,
    moves,
  }
}

const heal = async (
  dependencies: Dependencies,
  replay: Replay,
  caller: DeviceCaller,
  id: Uint8Array,
  offered: readonly Offered[],
  group: OfferedGroup,
): Promise<Acknowledgement> => {
  const { store, rooms, appender, logKey, heavy, quota, log } = dependencies
  const room = await rooms.load(id)
  const standing = await standingOf(store, room, caller)
  const isInside = standing.kind === 'member' || standing.kind === 'account'
  const fresh = await continuation(dependencies, room, offered)
  // Who never was here does not learn where the room is.
  if (!fresh)
    throw isInside ? new SottoError('fork', undefined, { head: room.head.seq }) : new SottoError('not_member')
  if (fresh.length === 0) {
    if (!isInside) throw new SottoError('not_member')
    return logKey.acknowledge(id, room.durable)
  }
  quota.checkSpace()
  const before: Place = { ...room, group: await rooms.group(room) }
  const replayed = await heavy.run(accountKey(caller.account), () => replay(room, before, fresh))
  // Who came in with what was lost may bring it back.
  if (!isInside && !isOf(replayed.place, caller)) throw new SottoError('not_member')
  const change = await changeOf(dependencies, room, caller, before, replayed, group)
  if (!rooms.isCurrent(room)) throw new SottoError('unavailable')
  const appends = replayed.appends.map((append, at, all) =>
    at === all.length - 1 ? { ...append, change } : append,
  )
  try {
    const head = await appender.appendTogether(appends)
    log.warn('room_healed', {
      room: id,
      account: caller.account,
      device: caller.device,
      count: fresh.length,
    })
    return head
  } finally {
    // What the room is now stands in the store, and is read from there.
    rooms.forget(id)
  }
}

/**
 * Takes back what this server has lost and had signed for (docs/spec/protocol.md): the devices kept it. Its own signature
 * over the last entry vouches for the chain before it; everything is judged once more all the same, so that what the room
 * is follows from what its log says.
 */
export const makeHeal = (dependencies: Dependencies): Heal => {
  const { lanes, logKey, clock, limits } = dependencies
  const rate = makeRate(clock, { perSecond: limits.healsPerMinute / minuteS, burst: limits.healsPerMinute })
  const replay = makeReplay(dependencies)
  return async (caller, { room, messages, ack, group }) => {
    rate.take(mapKey(caller.device))
    const offered = readOffered(room, messages, ack)
    if (!logKey.hasSigned(ack)) throw new SottoError('bad_request', 'an acknowledgement of another server')
    return lanes.run(mapKey(room), () => heal(dependencies, replay, caller, room, offered, group))
  }
}
