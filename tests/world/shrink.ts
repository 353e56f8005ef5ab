import type { Fault } from './faults.ts'
import { stepsFrom } from './steps.ts'
import { type Outcome, runWorld, type WorldOptions } from './world.ts'

export interface Scenario {
  readonly options: WorldOptions
  readonly outcome: Outcome
}

/** Whether the same rule is still broken. */
const stillBreaks = (rule: string, { violations }: Outcome): boolean =>
  violations.some((violation) => violation.rule === rule)

/**
 * Looks for a smaller world in which the same rule is broken: fewer faults first, then fewer steps, in halves, quarters
 * and so on, for as long as there is time.
 */
export const shrink = async (options: WorldOptions, found: Outcome, budgetMs: number): Promise<Scenario> => {
  const rule = found.violations[0]?.rule
  let best: Scenario = { options, outcome: found }
  if (rule === undefined) return best
  const endMs = performance.now() + budgetMs
  const attempt = async (smaller: WorldOptions): Promise<boolean> => {
    if (performance.now() > endMs) return false
    const outcome = await runWorld(smaller).catch(() => undefined)
    if (!outcome || !stillBreaks(rule, outcome)) return false
    best = { options: smaller, outcome }
    return true
  }

  for (const fault of options.faults) {
    const faults = new Set<Fault>([...best.options.faults].filter((one) => one !== fault))
    // The steps are drawn from what is possible: what has gone stands as nothing in its place.
    await attempt({ ...best.options, faults, planned: options.planned ?? options.faults })
  }
  const planned = stepsFrom(options.seed, options.steps, options.devices, options.planned ?? options.faults)
  let kept = planned.map(({ index }) => index)
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size > 1 ? Math.ceil(size / 2) : 0) {
    for (let from = kept.length - size; from > -size; from -= size) {
      const cut = new Set(kept.slice(Math.max(0, from), from + size))
      if (cut.size === 0) continue
      const rest = kept.filter((index) => !cut.has(index))
      const without = new Set(planned.map(({ index }) => index).filter((index) => !rest.includes(index)))
      if (await attempt({ ...best.options, without })) kept = rest
      if (performance.now() > endMs) return best
    }
  }
  return best
}
