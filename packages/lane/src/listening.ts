import type { LaneEvent, LaneListener } from './events.ts'

/** Tells one listener. What the listener throws ends the lane: `failed` rejects with it. */
export interface Listening {
  tell(event: LaneEvent): Promise<void>
  /** The same, for what nobody waits for. */
  tellSoon(event: LaneEvent): void
  readonly failed: Promise<never>
  /** @throws what the listener threw */
  check(): Promise<void>
}

export const listeningOf = (onEvent: LaneListener | undefined): Listening => {
  let giveUp: (error: unknown) => void = () => {}
  const failed = new Promise<never>((_, reject) => (giveUp = reject))
  failed.catch(() => {})
  let hasFailed = false
  const tell = async (event: LaneEvent): Promise<void> => {
    try {
      await onEvent?.(event)
    } catch (error) {
      hasFailed = true
      giveUp(error)
      throw error
    }
  }
  return {
    tell,
    tellSoon: (event) => void tell(event).catch(() => {}),
    failed,
    check: async () => {
      if (hasFailed) await failed
    },
  }
}
