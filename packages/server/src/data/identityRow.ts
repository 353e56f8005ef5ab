import type { Identity } from './belonging.ts'

/** The one row of the table `identity`. */
export interface IdentityRow {
  readonly store: Uint8Array
  readonly secrets: Uint8Array
  readonly generation: number
  readonly time_ms: number
  readonly closed: number
}

export const identityOf = ({ store, secrets, generation, time_ms, closed }: IdentityRow): Identity => ({
  store,
  secrets,
  generation,
  timeMs: time_ms,
  closed: closed === 1,
})
