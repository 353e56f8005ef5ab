import type { Clock } from './ports/clock.ts'

/** Something that happens again and again, and that somebody waits for. */
export interface Bell {
  ring(): void
  /** Begins to listen at once. `rung` says whether it rang before the deadline; `cancel` ends the waiting. */
  listen(deadlineMs: number): { readonly rung: Promise<boolean>; cancel(): void }
}

export const makeBell = ({ nowMs, after }: Clock): Bell => {
  const listening = new Set<(rang: boolean) => void>()
  return {
    ring: () => {
      for (const end of listening) end(true)
    },
    listen: (deadlineMs) => {
      let end: (rang: boolean) => void = () => {}
      const rung = new Promise<boolean>((resolve) => {
        const cancel = after(Math.max(0, deadlineMs - nowMs()), () => end(false))
        end = (rang) => {
          cancel()
          listening.delete(end)
          resolve(rang)
        }
        listening.add(end)
      })
      return { rung, cancel: () => end(false) }
    },
  }
}
