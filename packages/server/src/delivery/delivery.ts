import type { Provider } from '@sotto/mls/public'
import { SottoError, type WaitingWelcome } from '@sotto/protocol'
import { may } from '@sotto/trust'
import type { Bus } from '../bus/bus.ts'
import type { HeavyWork } from '../budget/heavyWork.ts'
import type { WorkBudget } from '../budget/work.ts'
import type { Clock, ServerLimits } from '../configuration.ts'
import type { DeviceCaller, MayInvite } from '../directory/keyPackages.ts'
import type { EventLog } from '../logging/eventLog.ts'
import type { Quota } from '../quota/quota.ts'
import { makeAppender } from './appender.ts'
import type { AccountSource } from './court.ts'
import { type Create, makeCreate } from './create.ts'
import { mapKey } from './digest.ts'
import { type Heal, makeHeal } from './heal.ts'
import { announce } from './hints.ts'
import { makeHookAccess } from './hookAccess.ts'
import { type HookOut, makeHookOut } from './hookOut.ts'
import { type Hooks, makeHooks } from './hooks.ts'
import { makeLanes } from './lane.ts'
import { makeLedger } from './ledger.ts'
import type { LogKey } from './logKey.ts'
import { type DeviceKeySource, makeNack, type SubmitNack } from './nack.ts'
import { makeReading, type Reading } from './reading.ts'
import { makeRooms, type Room } from './rooms.ts'
import type { DeliveryStore, WelcomeOutcome } from './store.ts'
import { makeSubmit, type Submit } from './submit.ts'

/** Orders what devices hand in, keeps it, and gives it to those whom it is for. */
export interface Delivery extends Reading {
  readonly create: Create
  readonly submit: Submit
  readonly nack: SubmitNack
  readonly heal: Heal
  readonly hooks: Hooks
  readonly hookOut: HookOut
  forkTag(caller: DeviceCaller, room: Uint8Array, epoch: number, tag: Uint8Array): Promise<void>
  welcomes(caller: DeviceCaller): Promise<readonly WaitingWelcome[]>
  countWelcomes(caller: DeviceCaller): Promise<number>
  settle(caller: DeviceCaller, room: Uint8Array, seq: number, outcome: WelcomeOutcome): Promise<void>
  readonly mayInvite: MayInvite
  /** What a room is at the moment. @throws SottoError `room_unknown`, `unavailable` */
  roomOf(room: Uint8Array): Promise<Pick<Room, 'policy' | 'members' | 'durable'>>
  /** Looks for rooms whose data have been damaged; they are not served. Returns how many there are. */
  inspect(): Promise<number>
  /** Resolves when all that was handed in is durable or refused. */
  drained(): Promise<void>
}

export interface DeliveryDependencies {
  readonly store: DeliveryStore
  readonly bus: Bus
  readonly logKey: LogKey
  readonly senderTagKey: Uint8Array
  readonly provider: Provider
  readonly work: WorkBudget
  readonly heavy: HeavyWork
  readonly accounts: AccountSource
  readonly deviceKey: DeviceKeySource
  readonly quota: Quota
  /** @throws SottoError `account_suspended` */
  refuseSuspended(account: Uint8Array): Promise<void>
  readonly clock: Clock
  readonly limits: ServerLimits
  readonly log: EventLog
}

export const makeDelivery = (dependencies: DeliveryDependencies): Delivery => {
  const { store, bus, logKey, senderTagKey, limits, log } = dependencies
  const rooms = makeRooms({ store, log })
  const lanes = makeLanes()
  const appender = makeAppender({
    store,
    logKey,
    log,
    onFailed: (room) => rooms.forget(room),
    onDurable: (batch) => announce(bus, batch),
  })
  const ledger = makeLedger({ store, rooms, appender, logKey, senderTagKey })
  const authenticate = makeHookAccess(dependencies)
  const parts = { ...dependencies, rooms, lanes, appender, ledger }

  const forkTag: Delivery['forkTag'] = async ({ device }, id, epoch, tag) => {
    const room = await rooms.load(id)
    if (!room.members.has(mapKey(device))) throw new SottoError('not_member')
    // Of older epochs nobody asks any more, and of later ones nobody can know.
    if (epoch !== room.epoch) return
    const others = await store.putForkTag(id, epoch, device, tag)
    if (others.length > 0) log.warn('fork_tags_differ', { room: id, count: others.length })
  }

  return {
    ...makeReading(parts),
    create: makeCreate(parts),
    submit: makeSubmit(parts),
    nack: makeNack(parts),
    heal: makeHeal(parts),
    hooks: makeHooks({ ...parts, authenticate }),
    hookOut: makeHookOut({ ...parts, authenticate }),
    forkTag,
    welcomes: async ({ device }) => {
      const waiting = await store.welcomes(device, limits.welcomesAnswerBytesMax)
      return waiting
        .slice(0, limits.welcomesWaitingMax)
        .map(({ hash, ...welcome }) => ({ ...welcome, entryHash: hash }))
    },
    countWelcomes: ({ device }) => store.countWelcomes(device, limits.welcomesWaitingMax),
    settle: ({ device }, room, seq, outcome) => store.settleWelcome(room, seq, device, outcome),
    mayInvite: async (id, account, device) => {
      const room = await rooms.load(id)
      return room.members.has(mapKey(device)) && may(room.policy, account, 'invite')
    },
    roomOf: rooms.load,
    inspect: rooms.inspect,
    drained: appender.drained,
  }
}
