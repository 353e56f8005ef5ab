/**
 * Tells when what was sent has reached the other side, of which neither an event of Socket.IO nor an empty buffer
 * speaks: packets keep their order, so the pong to a ping behind them says that they have been read. A pong counts once,
 * for a ping of ours, and only when that ping has left this process: whoever sends pongs unasked has read nothing.
 */
export interface Arrivals {
  /** A ping has been made; what was given to `whenArrived` before stands in front of it. */
  asked(): void
  /** All pings so far are on their way out. */
  flushed(): void
  /** What was on its way out has left. */
  written(): void
  /** A pong has come. False where no ping asked for it. */
  answered(): boolean
  /** Calls back when the next ping has been answered. */
  whenArrived(tell: () => void): void
}

export const makeArrivals = (): Arrivals => {
  const waiting: { readonly ping: number; readonly tell: () => void }[] = []
  let asked = 0
  let flushed = 0
  let written = 0
  let answered = 0

  const settle = (): void => {
    const arrived = Math.min(answered, written)
    while (waiting[0] && waiting[0].ping <= arrived) waiting.shift()?.tell()
  }

  return {
    asked: () => void asked++,
    flushed: () => void (flushed = asked),
    written: () => {
      written = flushed
      settle()
    },
    answered: () => {
      if (answered === asked) return false
      answered++
      settle()
      return true
    },
    whenArrived: (tell) => void waiting.push({ ping: asked + 1, tell }),
  }
}
