const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** One press of Ctrl+C arrives twice where a launcher hands on what the terminal has sent to all. */
const samePressMs = 500

/**
 * Resolves when the user or the system asks the program to end; until then such a request does not kill it.
 *
 * @param signal ends the waiting
 */
export const untilSignal = (signal: AbortSignal): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    for (const one of signals) {
      process.on(one, resolve)
      signal.addEventListener('abort', () => process.off(one, resolve))
    }
  })

/** Resolves at the first request to end; a later one ends the program at once. */
export const endRequested = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    let firstMs: number | undefined
    for (const one of signals)
      process.on(one, () => {
        if (firstMs !== undefined && Date.now() - firstMs > samePressMs) process.exit(130)
        firstMs ??= Date.now()
        resolve(one)
      })
  })
