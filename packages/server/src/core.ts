import type { Provider } from '@sotto/mls/public'
import type { RegistrationMode } from '@sotto/protocol'
import type { AccountState } from '@sotto/trust'
import { type Admission, makeAdmission } from './authentication/admission.ts'
import { type Invites, makeInvites } from './authentication/invites.ts'
import { makeLogin } from './authentication/login.ts'
import type { Opaque } from './authentication/opaque.ts'
import { makeRegistration } from './authentication/registration.ts'
import { makeSessions, type Sessions } from './authentication/sessions.ts'
import { type Bus, roomTopic } from './bus/bus.ts'
import { type HeavyWork, makeHeavyWork } from './budget/heavyWork.ts'
import type { Load } from './budget/load.ts'
import { makeWorkBudget, type WorkBudget } from './budget/work.ts'
import type { Clock, ServerLimits } from './configuration.ts'
import { type Delivery, makeDelivery } from './delivery/delivery.ts'
import { type LogKey, makeLogKey } from './delivery/logKey.ts'
import { makeAccounts } from './directory/accounts.ts'
import { makeBlocks } from './directory/blocks.ts'
import { makeChains } from './directory/chains.ts'
import { makeKeyPackages } from './directory/keyPackages.ts'
import { makeVault } from './directory/vault.ts'
import { makePoll } from './http/poll.ts'
import type { Route } from './http/route.ts'
import { routesOf } from './http/routes.ts'
import { withinSpace } from './http/withinSpace.ts'
import type { EventLog } from './logging/eventLog.ts'
import { makeOpenRooms } from './openRoom/openRoom.ts'
import { makeQuota, type Quota } from './quota/quota.ts'
import { makeReserve } from './quota/space.ts'
import type { Secrets } from './secrets.ts'
import { makeSteadyClock, type SteadyClock } from './steadyClock.ts'
import type { Store } from './store/openStore.ts'

/** What a server is beside its sockets: every service over its store, and the operations that they answer. */
export interface Core {
  readonly routes: readonly Route[]
  readonly sessions: Sessions
  readonly admission: Admission
  readonly invites: Invites
  readonly delivery: Delivery
  readonly work: WorkBudget
  /** Of both lanes. */
  readonly quota: Quota
  readonly logKey: LogKey
  /** The time that all of them go by. */
  readonly steady: SteadyClock
}

export interface CoreDependencies {
  readonly store: Pick<
    Store,
    'authentication' | 'invites' | 'directory' | 'delivery' | 'openRoom' | 'budgets' | 'space'
  >
  readonly secrets: Pick<Secrets, 'logKeySeed' | 'senderTagKey'>
  readonly opaque: Opaque
  /** Who may register. */
  readonly registration: RegistrationMode
  readonly provider: Provider
  readonly bus: Bus
  readonly clock: Clock
  /** When it ran last, as far as that is known: a clock that has leapt since is not believed at once. */
  readonly lastMs: number | undefined
  /** How busy the machine is. */
  readonly load: Load
  readonly limits: ServerLimits
  readonly log: EventLog
}

export const makeCore = ({
  store,
  secrets,
  opaque,
  registration,
  load,
  ...given
}: CoreDependencies): Core => {
  const clock = makeSteadyClock(given.clock, given.lastMs)
  const work = makeWorkBudget(clock, given.limits, load)
  const heavy: HeavyWork = makeHeavyWork(given.limits)
  const common = { ...given, clock, work, heavy }
  const { bus, limits } = common
  const reserve = makeReserve(store.space, limits)
  const quota = makeQuota({ ...common, store: store.budgets, reserve })
  const logKey = makeLogKey(secrets.logKeySeed)
  const accounts = makeAccounts(store.directory)
  const deviceKey = (account: Uint8Array, device: Uint8Array) =>
    accounts.deviceKey(account, device, Math.floor(clock.nowMs() / 1000))
  const sessions = makeSessions({ ...common, store: store.authentication })
  const delivery = makeDelivery({
    ...common,
    store: store.delivery,
    logKey,
    senderTagKey: secrets.senderTagKey,
    accounts: accounts.state,
    quota,
    refuseSuspended: store.authentication.refuseSuspended,
    deviceKey,
  })
  const { mayInvite } = delivery
  const announceChain = async ({ account, seq }: AccountState, devices: readonly Uint8Array[]) => {
    const topics = new Set<string>()
    for (const device of devices)
      for (const { room } of await delivery.places({ device })) topics.add(roomTopic(room))
    for (const topic of topics) bus.publish(topic, { kind: 'chain_grew', account, seq })
  }
  const admission = makeAdmission({ ...common, mode: registration, store: store.invites })
  const invites = makeInvites({ ...common, store: store.invites })
  const operations = routesOf({
    admission,
    registration: makeRegistration({ ...common, store: store.authentication, admission, opaque }),
    login: makeLogin({ ...common, store: store.authentication, sessions, opaque, deviceKey }),
    sessions,
    chains: makeChains({
      ...common,
      store: store.directory,
      accounts,
      sessions,
      logKey,
      // Whoever does not hear of it asks when it connects.
      announce: (after, devices) => void announceChain(after, devices).catch(() => {}),
    }),
    keyPackages: makeKeyPackages({ ...common, store: store.directory, accounts, mayInvite }),
    blocks: makeBlocks(store.directory, limits),
    vault: makeVault(store.directory),
    delivery,
    openRooms: makeOpenRooms({ ...common, store: store.openRoom, delivery }),
    poll: makePoll({ delivery, bus, limits }),
    clock,
    logKey: logKey.publicKey,
  })
  return {
    routes: withinSpace(operations, quota),
    sessions,
    admission,
    invites,
    delivery,
    quota,
    logKey,
    work,
    steady: clock,
  }
}
