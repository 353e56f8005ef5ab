import { SottoError } from '@sotto/protocol'
import { boundedCache } from '../boundedCache.ts'
import type { Clock, ServerLimits } from '../configuration.ts'
import {
  type BudgetScope,
  type BudgetStore,
  budgetOf,
  type Charge,
  type Claim,
  drainMs,
  type Level,
  levelAt,
} from './budget.ts'
import type { Reserve } from './space.ts'

/** Bytes that are set aside in budgets until the write that they are for is durable or has failed. */
export interface Reservation {
  /** To be stored together with what they are charged for. */
  readonly charges: readonly Charge[]
  /** The write has failed: it has cost nothing. */
  giveBack(): void
}

/**
 * How much may be added to what is stored, over time: every budget holds what it gives in a day and fills up again in
 * the course of one, so nobody is shut out for good. Ending something costs nothing and is never refused here.
 */
export interface Quota {
  /**
   * Sets bytes aside in all the budgets or in none. What finds a budget used up is refused whatever its size; what does
   * not is taken whole, so that a write that is larger than what is left has to be waited for once.
   *
   * @throws SottoError `quota {scope, retryAfterMs}`
   */
  reserve(claims: readonly Claim[]): Promise<Reservation>
  /** For what only adds and is bounded by another count. @throws SottoError `quota {scope: 'server', retryAfterMs}` */
  checkSpace(): void
}

interface Dependencies {
  readonly store: BudgetStore
  readonly reserve: Reserve
  readonly clock: Clock
  readonly limits: Pick<
    ServerLimits,
    'storedBytesPerAccountPerDay' | 'storedBytesPerRoomPerDay' | 'storedBytesPerHookPerDay'
  >
}

const levelsMax = 50_000
const retryMsMin = 1000
/** Somebody has to make space first. */
const retryWhenFullMs = 60_000

/** Runs the write that stores the charges; what has not become durable is given back. */
export const spending = <T>(
  { charges, giveBack }: Reservation,
  write: (charges: readonly Charge[]) => Promise<T>,
): Promise<T> => {
  const written = (async () => write(charges))()
  written.catch(giveBack)
  return written
}

export const makeQuota = ({ store, reserve, clock, limits }: Dependencies): Quota => {
  const perDay: Readonly<Record<BudgetScope, number>> = {
    account: limits.storedBytesPerAccountPerDay,
    room: limits.storedBytesPerRoomPerDay,
    hook: limits.storedBytesPerHookPerDay,
  }
  /** As stored, with what is on its way to the disk. */
  const levels = boundedCache<Level>({ weightMax: levelsMax, weigh: () => 1 })

  const load = async (budget: string): Promise<void> => {
    if (levels.get(budget)) return
    const stored = (await store.level(budget)) ?? { bytes: 0, atMs: clock.nowMs() }
    // Somebody else may have asked meanwhile, and set something aside already.
    if (!levels.get(budget)) levels.set(budget, stored)
  }

  const levelOf = ({ scope, owner }: Claim, nowMs: number): Level =>
    levelAt(levels.get(budgetOf({ scope, owner })) ?? { bytes: 0, atMs: nowMs }, nowMs, perDay[scope])

  const checkSpace = (): void => {
    if (reserve.isReached())
      throw new SottoError('quota', undefined, { scope: 'server', retryAfterMs: retryWhenFullMs })
  }

  const refuseUsedUp = (claim: Claim, nowMs: number): void => {
    const { scope } = claim
    const { bytes } = levelOf(claim, nowMs)
    if (bytes < perDay[scope]) return
    const retryAfterMs = Math.max(retryMsMin, drainMs(bytes, perDay[scope]))
    throw new SottoError('quota', undefined, { scope, retryAfterMs })
  }

  const add = (claim: Claim, bytes: number, nowMs: number): void => {
    const level = levelOf(claim, nowMs)
    levels.set(budgetOf(claim), { ...level, bytes: Math.max(0, level.bytes + bytes) })
  }

  return {
    checkSpace,
    reserve: async (claims) => {
      checkSpace()
      for (const claim of claims) await load(budgetOf(claim))
      const nowMs = clock.nowMs()
      for (const claim of claims) refuseUsedUp(claim, nowMs)
      for (const claim of claims) {
        add(claim, claim.bytes, nowMs)
        reserve.note(claim.bytes)
      }
      return {
        charges: claims.map((claim) => ({
          budget: budgetOf(claim),
          bytes: claim.bytes,
          bytesPerDay: perDay[claim.scope],
          atMs: nowMs,
        })),
        giveBack: () => {
          for (const claim of claims) add(claim, -claim.bytes, clock.nowMs())
        },
      }
    },
  }
}
