/** Whose budget: of an account on both lanes, of a hook, of a room of either lane. */
export type BudgetScope = 'account' | 'hook' | 'room'

/** Bytes that somebody wants to add to what is stored. */
export interface Claim {
  readonly scope: BudgetScope
  /** Names the account, hook or room among all of its scope. */
  readonly owner: string
  readonly bytes: number
}

/** What a write costs one budget; it is stored with the write or not at all. */
export interface Charge {
  readonly budget: string
  readonly bytes: number
  readonly bytesPerDay: number
  readonly atMs: number
}

/** What of a budget is used up at a moment. It drains from then on, by what the budget gives in a day. */
export interface Level {
  readonly bytes: number
  readonly atMs: number
}

/** Where charges stand; they are written by the stores of what they are charged for. */
export interface BudgetStore {
  /** Undefined for one that was never charged. */
  level(budget: string): Promise<Level | undefined>
}

export const dayMs = 86_400_000

export const budgetOf = ({ scope, owner }: Pick<Claim, 'scope' | 'owner'>): string => `${scope}/${owner}`

/**
 * The level as it is now: lower by what has drained, whole bytes. A clock that has gone back drains nothing and counts
 * from there.
 */
export const levelAt = ({ bytes, atMs }: Level, nowMs: number, bytesPerDay: number): Level => {
  const elapsedMs = Math.min(dayMs, Math.max(0, nowMs - atMs))
  return { bytes: Math.max(0, bytes - Math.floor((elapsedMs * bytesPerDay) / dayMs)), atMs: nowMs }
}

/** How long until a level is below what the budget holds, in milliseconds. */
export const drainMs = (bytes: number, bytesPerDay: number): number =>
  Math.ceil((Math.max(0, bytes - bytesPerDay + 1) * dayMs) / bytesPerDay)
