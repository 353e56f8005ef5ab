import type { KeyPackageBundle, Provider } from '@sotto/mls'
import { limits, operations, type OutputOf, SottoError } from '@sotto/protocol'
import { isTransient } from '../transient.ts'
import type { ClientLimits } from '../limits.ts'
import type { Change, Store } from '../ports/store.ts'
import { mayBeMore } from '../room/waiting.ts'
import type { Call } from './contacts.ts'
import {
  isUsableAt,
  keptAll,
  keptFor,
  type Kept,
  keyOf,
  makeStored,
  oldest,
  type Stored,
  storing,
} from './keyPackageRows.ts'
import { keyPackageLifetimeS, type LeafOwner } from './leafMaking.ts'

/** In seconds since 1970. */
export interface PoolTime {
  /** The server's clock, by which key packages are made and judged. */
  readonly nowS: number
  /** The clock of this machine. What both say is over is over: one that leaps must not cost all private parts. */
  readonly localS: number
}

/**
 * The pool of key packages (DEL-9, CL-18): others take them from the server while this device is away. The private
 * parts are stored before the public ones leave, and deleted when a room has been joined with them.
 */
export interface KeyPackagePool {
  /** Fills the server's stock up where it is low. `afresh`: what is there is of no use, all of it is replaced. */
  replenish(owner: LeafOwner, time: PoolTime, afresh?: boolean): Promise<void>
  /** An invitation waits for its user: the private parts that its Welcome was made with are kept for longer. */
  reserve(welcome: Uint8Array): Promise<void>
  /** Those of the key packages that a Welcome was made with, whose private parts are here. */
  bundles(welcome: Uint8Array): Promise<readonly StoredBundle[]>
}

export interface StoredBundle {
  readonly bundle: KeyPackageBundle
  /** Handed out when the pool was empty; may be used again. */
  readonly lastResort: boolean
  /** Forgets the private parts. */
  readonly used: readonly Change[]
}

const dayS = 86_400
const lastResortRenewS = 7 * dayS
/** Private parts of one-time key packages on this device, per one on the server; more are made only while publishing fails. */
const keptPerPublished = 4
/**
 * Private parts on this device in all, per one-time key package on the server, whatever a server says that they wait for. Of
 * more, the oldest go: to a room that was waiting with one of them its user comes all the same, without keys (`acceptWithoutKeys`).
 */
const storedPerPublished = 32
/** An invitation waits for as long as a leaf may live; then its key package is of no use to anybody. */
const reservedS = limits.leafLifetimeDaysMax * dayS
/** Last resorts that others may still have in hand. */
const lastResortsKept = 8

interface Pool {
  readonly store: Store
  readonly provider: Provider
  readonly call: Call
  readonly limits: ClientLimits
  /**
   * What was made and sent, and nobody knows whether the server has it: the same is sent again. A refusal changes
   * nothing about that, for anything between may refuse, and private parts that are gone do not come back.
   */
  unconfirmed: readonly Stored[]
}

type Stock = OutputOf<typeof operations.countKeyPackages>

/** What the server is to be given: so many for one use each, a last resort, and whether they replace all that it has. */
interface Need {
  readonly oneTime: number
  readonly lastResort: boolean
  readonly replace: boolean
}

/** Beyond these, the oldest private parts of one-time key packages go. */
const keptMax = ({ limits: { keyPackagesOneTime } }: Pool): number => keptPerPublished * keyPackagesOneTime
const storedMax = ({ limits: { keyPackagesOneTime } }: Pool): number =>
  storedPerPublished * keyPackagesOneTime

const reserve = async ({ store, provider }: Pool, welcome: Uint8Array): Promise<void> => {
  const rows = (await keptFor(store, welcome)).filter(({ reserved }) => !reserved)
  if (rows.length > 0)
    await store.commit(rows.map((found) => storing(provider, { ...found, reserved: true })))
}

/** Those of which it is known whether the server has them. */
const confirmed = ({ provider, unconfirmed }: Pool, kept: readonly Kept[]): readonly Kept[] => {
  const waiting = new Set(unconfirmed.map(({ bundle }) => keyOf(provider, bundle)))
  return kept.filter(({ key }) => !waiting.has(key))
}

/** What is more than there may be, whoever needs it. */
const excess = (pool: Pool, kept: readonly Kept[]): readonly Kept[] =>
  oldest(confirmed(pool, kept), storedMax(pool))

/** What was made and did not reach the server, or what nobody has joined with: the newest are kept. */
const spare = (pool: Pool, kept: readonly Kept[]): readonly Kept[] => {
  const free = confirmed(pool, kept).filter(({ reserved }) => !reserved)
  const [oneTimes, lastResorts] = [
    free.filter(({ lastResort }) => !lastResort),
    free.filter(({ lastResort }) => lastResort),
  ]
  return [...oldest(oneTimes, keptMax(pool)), ...oldest(lastResorts, lastResortsKept)]
}

/**
 * Deletes private parts that nobody needs any more. An invitation needs its own, and may wait on the server without
 * this device having heard of it; so the server is asked first, and where it does not answer nothing is deleted.
 *
 * @returns what is left
 */
const forget = async (
  pool: Pool,
  unneeded: (kept: readonly Kept[]) => readonly Kept[],
): Promise<readonly Kept[]> => {
  const { store, call } = pool
  const before = await keptAll(store)
  if (unneeded(before).length === 0 && excess(pool, before).length === 0) return before
  const { welcomes } = await call(operations.listWelcomes, {})
  for (const { welcome } of welcomes) await reserve(pool, welcome)
  const kept = await keptAll(store)
  // Those that are not listed need theirs, too.
  const free = mayBeMore(welcomes) ? [] : unneeded(kept)
  const gone = new Set([...free, ...excess(pool, kept)])
  if (gone.size > 0) await store.commit([...gone].map(({ key }) => ({ kind: 'delete', key })))
  return kept.filter((one) => !gone.has(one))
}

const isOverAt = ({ madeS, reserved }: Kept, surelyS: number): boolean =>
  madeS + keyPackageLifetimeS + (reserved ? reservedS : 0) < surelyS

const needOf = (pool: Pool, kept: readonly Kept[], stock: Stock, nowS: number, afresh: boolean): Need => {
  const { keyPackagesOneTime, keyPackagesRefillBelow } = pool.limits
  const oneTimes = kept.filter(({ lastResort }) => !lastResort)
  // The server hands out what nobody here has the keys to any more: this device has been set back, or damaged.
  const isForeign = stock.remaining > oneTimes.filter((one) => isUsableAt(one, nowS)).length
  // Or of what it has, too much may not be known here for long.
  const free = oneTimes.filter(({ reserved }) => !reserved)
  const replace = afresh || isForeign || free.length >= keptMax(pool)
  const remaining = replace ? 0 : stock.remaining
  const isFresh = kept.some(
    (one) => one.lastResort && isUsableAt(one, nowS) && one.madeS + lastResortRenewS > nowS,
  )
  return {
    oneTime: remaining < keyPackagesRefillBelow ? keyPackagesOneTime - remaining : 0,
    lastResort: replace || !stock.lastResort || !isFresh,
    replace,
  }
}

/** What was sent before and is still of use, and as many new ones as are missing; they are stored when this resolves. */
const prepare = async (
  { store, provider }: Pool,
  owner: LeafOwner,
  need: Need,
  nowS: number,
  sentBefore: readonly Stored[],
): Promise<{ readonly oneTime: readonly Stored[]; readonly lastResort: Stored | null }> => {
  const oneTime = sentBefore.filter((one) => !one.lastResort).slice(0, need.oneTime)
  const again = need.lastResort ? sentBefore.findLast((one) => one.lastResort) : undefined
  const fresh: Stored[] = []
  for (let i = oneTime.length; i < need.oneTime; i++) fresh.push(await makeStored(owner, nowS, false))
  oneTime.push(...fresh)
  const made = need.lastResort && !again ? await makeStored(owner, nowS, true) : undefined
  if (made) fresh.push(made)
  if (fresh.length > 0) await store.commit(fresh.map((one) => storing(provider, one)))
  return { oneTime, lastResort: again ?? made ?? null }
}

const replenish = async (
  pool: Pool,
  owner: LeafOwner,
  { nowS, localS }: PoolTime,
  afresh: boolean,
): Promise<void> => {
  const surelyS = Math.min(nowS, localS)
  const kept = await forget(pool, (all) => all.filter((one) => isOverAt(one, surelyS)))
  const stock = await pool.call(operations.countKeyPackages, {})
  const need = needOf(pool, kept, stock, nowS, afresh)
  if (need.oneTime === 0 && !need.lastResort) return

  await forget(pool, (all) => spare(pool, all))
  const sentBefore = afresh ? [] : pool.unconfirmed.filter((one) => isUsableAt(one, nowS))
  const { oneTime, lastResort } = await prepare(pool, owner, need, nowS, sentBefore)
  pool.unconfirmed = [...oneTime, ...(lastResort ? [lastResort] : [])]
  try {
    await pool.call(operations.publishKeyPackages, {
      oneTime: oneTime.map(({ bundle }) => bundle.bytes),
      lastResort: lastResort && lastResort.bundle.bytes,
      replace: need.replace,
    })
    pool.unconfirmed = []
  } catch (error) {
    // What is not as it should be is not sent again; others take its place.
    if (error instanceof SottoError && !isTransient(error)) pool.unconfirmed = []
    throw error
  }
}

export const keyPackagePool = (
  store: Store,
  provider: Provider,
  call: Call,
  clientLimits: ClientLimits,
): KeyPackagePool => {
  const pool: Pool = { store, provider, call, limits: clientLimits, unconfirmed: [] }
  return {
    replenish: (owner, time, afresh = false) => replenish(pool, owner, time, afresh),
    reserve: (welcome) => reserve(pool, welcome),
    bundles: async (welcome) =>
      (await keptFor(store, welcome)).map(({ key, bundle, lastResort }) => ({
        bundle,
        lastResort,
        used: lastResort ? [] : [{ kind: 'delete', key }],
      })),
  }
}
