import type { Bench } from './bench.ts'

/** One thing that every Sotto server must do, seen from outside. */
export interface Row {
  /** Stable: `rest.register`. */
  readonly id: string
  readonly title: string
  /** @throws AssertionError where the server does something else */
  run(bench: Bench): Promise<void>
}

export interface Section {
  readonly name: string
  readonly rows: readonly Row[]
}

export const row = (id: string, title: string, run: Row['run']): Row => ({ id, title, run })

/** What happens between a request and an answer that keeps a row from being judged: too many tries before, say. */
export class NotRun extends Error {
  override readonly name = 'NotRun'
}
