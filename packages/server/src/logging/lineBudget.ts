import type { Clock } from '../configuration.ts'

/** How many lines of one event, and of one event and source, are written in a minute. */
const linesPerEventMax = 240
const linesPerSourceMax = 30
const minuteMs = 60_000

/** Keeps peers from filling the disk with lines, or from burying the lines that others cause. */
export interface LineBudget {
  /** How many lines of the event were left out since the last one; undefined: this one is left out as well. */
  admit(event: string, source: string): number | undefined
}

interface Window {
  /** What has been written in this minute. */
  lines: number
  readonly bySource: Map<string, number>
  sinceMs: number
  leftOut: number
}

export const makeLineBudget = (clock: Clock): LineBudget => {
  const windows = new Map<string, Window>()

  const windowOf = (event: string): Window => {
    const nowMs = clock.nowMs()
    const known = windows.get(event)
    if (known && nowMs >= known.sinceMs && nowMs - known.sinceMs < minuteMs) return known
    const fresh = { lines: 0, bySource: new Map(), sinceMs: nowMs, leftOut: known?.leftOut ?? 0 }
    windows.set(event, fresh)
    return fresh
  }

  return {
    admit: (event, source) => {
      const window = windowOf(event)
      const ofSource = window.bySource.get(source) ?? 0
      if (window.lines >= linesPerEventMax || ofSource >= linesPerSourceMax) {
        window.leftOut++
        return undefined
      }
      window.lines++
      window.bySource.set(source, ofSource + 1)
      const { leftOut } = window
      window.leftOut = 0
      return leftOut
    },
  }
}
