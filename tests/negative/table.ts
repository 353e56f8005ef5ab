import type { Outcome } from './outcome.ts'
import { spelled } from './outcome.ts'
import type { Stage } from './stage.ts'

/** Every way by which something can come in. */
export const paths = [
  'live push',
  'catch-up',
  'server door',
  'welcome',
  'heal',
  'external commit',
  'external entry',
] as const
export type Path = (typeof paths)[number]

export const rules = [
  'T-AUTH-1',
  'T-AUTH-2',
  'T-AUTH-3',
  'T-AUTH-4',
  'T-AUTH-5',
  'T-AUTH-6',
  'T-AUTH-7',
  'T-EXT',
  'T-DOMSEP',
  'T-GI',
  'T-FORK',
  'T-ROLL',
  'T-TAIL',
  'T-SIG',
  'T-CANON',
  'T-GEN',
  'T-KPDRAIN',
] as const
export type RuleId = (typeof rules)[number]

/** One attack on one path: how it ends there, or why it cannot come that way. */
export type Cell =
  | { readonly kind: 'case'; readonly ends: RegExp; run(stage: Stage): Promise<string> }
  | { readonly kind: 'cannot'; readonly why: string }

/** An attack, with a cell for each path: a path that is forgotten does not compile. */
export interface Row {
  readonly rule: RuleId
  readonly what: string
  readonly cells: Readonly<Record<Path, Cell>>
}

export const ends = (pattern: RegExp, run: (stage: Stage) => Promise<Outcome>): Cell => ({
  kind: 'case',
  ends: pattern,
  run: async (stage) => spelled(await run(stage)),
})

export const cannot = (why: string): Cell => ({ kind: 'cannot', why })
