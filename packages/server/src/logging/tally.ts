import type { Clock } from '../configuration.ts'

/** What somebody has asked for, and what it has cost. */
export interface Counts {
  readonly requests: number
  readonly bytes: number
  /** Microseconds of work, as it is rationed. */
  readonly workUs: number
  /** How often something was refused, by the code of the failure. */
  readonly refusals: Readonly<Record<string, number>>
}

export interface Counted extends Counts {
  readonly key: string
}

/** Counts by key over the hour that runs and the one before; of nothing longer ago is anything known. */
export interface Tally {
  note(key: string, what: Partial<Omit<Counts, 'refusals'>> & { readonly code?: string }): void
  /** Those with the most work and refusals first. */
  most(countMax: number): readonly Counted[]
}

const hourMs = 3_600_000
const none: Counts = { requests: 0, bytes: 0, workUs: 0, refusals: {} }
/** A request weighs as much as this work, and a refusal too: who is refused a thousand times is worth a look. */
const requestUs = 1000

const refusalsOf = ({ refusals }: Counts): number =>
  Object.values(refusals).reduce((sum, count) => sum + count, 0)

const weightOf = (counts: Counts): number =>
  counts.workUs + requestUs * (counts.requests + refusalsOf(counts))

const sum = (a: Counts, b: Counts): Counts => {
  const refusals: Record<string, number> = { ...a.refusals }
  for (const [code, count] of Object.entries(b.refusals)) refusals[code] = (refusals[code] ?? 0) + count
  return {
    requests: a.requests + b.requests,
    bytes: a.bytes + b.bytes,
    workUs: a.workUs + b.workUs,
    refusals,
  }
}

/** @param keysMax beyond it the lighter half of the keys is forgotten: whoever costs much stays in sight */
export const makeTally = (clock: Clock, keysMax: number): Tally => {
  let hour = Math.floor(clock.nowMs() / hourMs)
  let now = new Map<string, Counts>()
  let before = new Map<string, Counts>()

  const turn = (): void => {
    const next = Math.floor(clock.nowMs() / hourMs)
    if (next === hour) return
    before = next === hour + 1 ? now : new Map()
    now = new Map()
    hour = next
  }

  const forgetLight = (): void => {
    const heavy = [...now].toSorted(([, a], [, b]) => weightOf(b) - weightOf(a))
    now = new Map(heavy.slice(0, Math.floor(keysMax / 2)))
  }

  return {
    note: (key, { requests = 0, bytes = 0, workUs = 0, code }) => {
      turn()
      if (!now.has(key) && now.size >= keysMax) forgetLight()
      const refusals = code === undefined ? {} : { [code]: 1 }
      now.set(key, sum(now.get(key) ?? none, { requests, bytes, workUs, refusals }))
    },
    most: (countMax) => {
      turn()
      const keys = new Set([...now.keys(), ...before.keys()])
      return [...keys]
        .map((key): Counted => ({ key, ...sum(now.get(key) ?? none, before.get(key) ?? none) }))
        .toSorted((a, b) => weightOf(b) - weightOf(a))
        .slice(0, countMax)
    },
  }
}
