/** Time, as far as the lane may know it. */
export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number
  /** Calls `task` once after `delayMs`; the answer cancels it. */
  after(delayMs: number, task: () => void): () => void
}
