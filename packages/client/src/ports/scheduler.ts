/** Time, as far as the client may know it. The wall clock is advisory; order comes from the log. */
export interface Scheduler {
  nowMs(): number
  /** Milliseconds since some moment of this run: it never jumps, whatever is done to the clock. */
  steadyMs(): number
  /** Calls `task` once after `delayMs`; the answer cancels it. */
  after(delayMs: number, task: () => void): () => void
  /** Resolves when everything else that waits (the network, timers, a screen) has had its turn: long work asks for it. */
  turn(): Promise<void>
}
