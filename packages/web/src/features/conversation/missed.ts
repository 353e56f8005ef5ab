import type { TimelineItem } from '@sotto/client'

type Missed = Extract<TimelineItem, { kind: 'missed' }>

/** Messages without a key that follow each other for the same reason. */
export interface MissedRun {
  readonly id: string
  readonly why: Missed['why']
  readonly count: number
  readonly fromMs: number
  readonly toMs: number
}

export const missedRuns = (items: readonly Missed[]): readonly MissedRun[] => {
  const runs: MissedRun[] = []
  for (const { id, why, timeMs } of items) {
    const last = runs.at(-1)
    if (last?.why === why) runs[runs.length - 1] = { ...last, count: last.count + 1, toMs: timeMs }
    else runs.push({ id, why, count: 1, fromMs: timeMs, toMs: timeMs })
  }
  return runs
}

/** What all of them have in common. */
export const missedWhy = (items: readonly Missed[]): Missed['why'] | 'both' => {
  const [first] = items
  return first !== undefined && items.every(({ why }) => why === first.why) ? first.why : 'both'
}
