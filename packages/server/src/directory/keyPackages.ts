import { decode, decodeKeyPackage, type KeyPackage, MlsError, type Provider } from '@sotto/mls/public'
import {
  equalBytes,
  H,
  type InputOf,
  type OutputOf,
  type claimKeyPackages,
  type countKeyPackages,
  type publishKeyPackages,
  SottoError,
} from '@sotto/protocol'
import { activeDevices, isLastResort, verifyKeyPackage } from '@sotto/trust'
import { makeAttempts } from '../authentication/attempts.ts'
import type { Caller } from '../authentication/sessions.ts'
import type { HeavyWork } from '../budget/heavyWork.ts'
import { accountKey } from '../budget/work.ts'
import type { ServerLimits } from '../configuration.ts'
import type { EventLog } from '../logging/eventLog.ts'
import type { SteadyClock } from '../steadyClock.ts'
import type { Accounts } from './accounts.ts'
import type { DirectoryStore, StoredKeyPackage } from './store.ts'

/** Whether a device may invite into a room, by the policy of its current epoch. The room's keeper knows. */
export type MayInvite = (room: Uint8Array, account: Uint8Array, device: Uint8Array) => Promise<boolean>

export interface DeviceCaller extends Caller {
  readonly device: Uint8Array
}

export interface KeyPackages {
  publish(
    caller: DeviceCaller,
    input: InputOf<typeof publishKeyPackages>,
  ): Promise<OutputOf<typeof publishKeyPackages>>
  count(caller: DeviceCaller): Promise<OutputOf<typeof countKeyPackages>>
  claim(
    caller: DeviceCaller,
    input: InputOf<typeof claimKeyPackages>,
  ): Promise<OutputOf<typeof claimKeyPackages>>
}

interface Dependencies {
  readonly store: Pick<
    DirectoryStore,
    'putKeyPackages' | 'countKeyPackages' | 'takeKeyPackage' | 'takeLastResort' | 'isBlocked'
  >
  readonly accounts: Accounts
  readonly mayInvite: MayInvite
  readonly provider: Provider
  readonly heavy: HeavyWork
  readonly clock: SteadyClock
  readonly limits: ServerLimits
  readonly log: EventLog
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs

const parse = (bytes: Uint8Array): KeyPackage => {
  try {
    return decode(decodeKeyPackage, bytes)
  } catch (error) {
    if (error instanceof MlsError) throw new SottoError('bad_request', 'not a key package')
    throw error
  }
}

export const makeKeyPackages = ({
  store,
  accounts,
  mayInvite,
  provider,
  heavy,
  clock,
  limits,
  log,
}: Dependencies): KeyPackages => {
  // Draining somebody's one-time packages costs them forward secrecy: bounded per pair, and per target over all. Who
  // has been asked for too often can still be invited, by the package that is never used up.
  const perHour = makeAttempts(limits.keyPackageClaimsPerHour, hourMs)
  const perDay = makeAttempts(limits.keyPackageClaimsPerDay, dayMs)
  const perTarget = makeAttempts(limits.keyPackageClaimsPerTargetPerDay, dayMs)
  const nowS = (): number => Math.floor(clock.nowMs() / 1000)

  const verified = async (
    caller: DeviceCaller,
    bytes: Uint8Array,
    wantsLastResort: boolean,
  ): Promise<StoredKeyPackage> => {
    const keyPackage = parse(bytes)
    const account = await accounts.state(caller.account)
    const verdict = await verifyKeyPackage(provider, keyPackage, account, nowS())
    if (verdict.kind === 'refused') throw new SottoError('policy', undefined, { rule: verdict.rule })
    if (!equalBytes(verdict.value.device, caller.device)) throw new SottoError('device_unknown')
    if (isLastResort(keyPackage) !== wantsLastResort)
      throw new SottoError('bad_request', 'one-time and last-resort packages are not the same')
    const { source } = keyPackage.leafNode
    if (source.kind !== 'key_package') throw new SottoError('bad_request', 'not the leaf of a key package')
    return { ref: H(bytes), bytes, lastResort: wantsLastResort, notAfterS: Number(source.notAfter) }
  }

  const publish: KeyPackages['publish'] = async (caller, { oneTime, lastResort, replace }) => {
    const packages: StoredKeyPackage[] = []
    const account = accountKey(caller.account)
    const inTurn = (bytes: Uint8Array, isLast: boolean) =>
      heavy.run(account, () => verified(caller, bytes, isLast))
    for (const bytes of oneTime) packages.push(await inTurn(bytes, false))
    if (lastResort) packages.push(await inTurn(lastResort, true))
    await store.putKeyPackages(caller.account, caller.device, packages, {
      storedMax: limits.keyPackagesStoredMax,
      nowMs: clock.nowMs(),
      mayExpire: clock.mayExpire(),
      replace,
    })
    const count = await store.countKeyPackages(caller.account, caller.device, nowS())
    return { remaining: count.oneTime }
  }

  const claim: KeyPackages['claim'] = async (caller, { room, account }) => {
    const isOwn = equalBytes(account, caller.account)
    if (!(await mayInvite(room, caller.account, caller.device))) throw new SottoError('forbidden')
    const target = await accounts.state(account)
    if (!target) throw new SottoError('not_found')
    const pair = `${Buffer.from(caller.account).toString('latin1')}${Buffer.from(account).toString('latin1')}`
    if (!isOwn) {
      await perHour.count(pair)
      await perDay.count(pair)
    }
    // The same answer as of somebody who has no device yet.
    if (await store.isBlocked(caller.account, account)) throw new SottoError('key_package_unavailable')
    const isDrained = !isOwn && !(await perTarget.isWithin(Buffer.from(account).toString('latin1')))
    const take = isDrained ? store.takeLastResort : store.takeKeyPackage
    const packages = []
    for (const { certificate } of activeDevices(target, nowS())) {
      if (isOwn && equalBytes(certificate.device, caller.device)) continue
      const { device } = certificate
      const taken = await take({ account, device, claimant: caller.account, nowS: nowS() })
      if (taken)
        packages.push({ device: certificate.device, keyPackage: taken.bytes, lastResort: taken.lastResort })
    }
    log.info('key_packages_claimed', { account, room, count: packages.length })
    if (packages.length === 0) throw new SottoError('key_package_unavailable')
    return { packages }
  }

  return {
    publish,
    count: async (caller) => {
      const { oneTime, lastResort } = await store.countKeyPackages(caller.account, caller.device, nowS())
      return { remaining: oneTime, lastResort }
    },
    claim,
  }
}
