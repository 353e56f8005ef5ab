import type { Chance } from './chance.ts'
import type { Verdict } from './ledger.ts'
import { within } from './patience.ts'

/** How hard a run is: by how many kills; everything else is in proportion to it. */
export interface Intensity {
  readonly kills: number
  readonly chance: Chance
}

export type Outcome =
  | {
      readonly kind: 'done'
      /** What was done to it, in a few words. */
      readonly did: string
      readonly kills: number
      readonly acked: number
      readonly shown: number
      readonly lost: number
      readonly doubled: number
      readonly violations: readonly string[]
    }
  /** Cannot be done on this machine. */
  | { readonly kind: 'skipped'; readonly why: string }

/** One way in which the world is hostile, and what must hold all the same. */
export interface Scenario {
  readonly name: string
  /** `always` is quick; what takes a minute by its nature belongs to long runs. */
  readonly belongs: 'always' | 'long run'
  run(intensity: Intensity): Promise<Outcome>
}

/** What a scenario has seen, as an outcome; `violations` come to those of the verdict. */
export const outcomeOf = (
  did: string,
  kills: number,
  { acked, shown, lost, doubled, violations }: Verdict,
  more: readonly string[] = [],
): Outcome => ({
  kind: 'done',
  did,
  kills,
  acked,
  shown,
  lost,
  doubled,
  violations: [...violations, ...more],
})

export interface Row {
  readonly scenario: string
  readonly outcome: Outcome
  readonly seconds: number
}

/** Whatever hangs, hangs no longer than this. */
const scenarioMsMax = 30 * 60_000

/** A scenario that fails to come to its end has violated something, too. */
export const play = async (scenario: Scenario, intensity: Intensity): Promise<Row> => {
  const startedMs = Date.now()
  const run = scenario.run({ ...intensity, chance: intensity.chance.of(scenario.name) })
  const outcome = await within('the scenario ends', scenarioMsMax, run).catch((error: unknown): Outcome => {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error)
    const nothing = { kills: 0, acked: 0, shown: 0, lost: 0, doubled: 0 }
    return { kind: 'done', did: 'broken off', ...nothing, violations: [why] }
  })
  return { scenario: scenario.name, outcome, seconds: (Date.now() - startedMs) / 1000 }
}
