/** Where the end of a terminal ends nothing, `bin/hangup.mjs` listens for it and does nothing. */
const signals: readonly NodeJS.Signals[] =
  process.listenerCount('SIGHUP') > 0 ? ['SIGINT', 'SIGTERM'] : ['SIGINT', 'SIGTERM', 'SIGHUP']

/** One press of Ctrl+C arrives twice where a launcher hands on what the terminal has sent to all. */
const samePressMs = 500

let asked = false
/** Whether this program was asked to end: it waits for nobody then who does not read. */
export const wasAskedToEnd = (): boolean => asked

/**
 * Resolves when the user or the system asks the program to end; until then such a request does not kill it.
 *
 * @param signal ends the waiting
 */
export const untilSignal = (signal: AbortSignal): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    const heard = (one: NodeJS.Signals): void => {
      asked = true
      resolve(one)
    }
    for (const one of signals) {
      process.on(one, heard)
      signal.addEventListener('abort', () => process.off(one, heard))
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
        asked = true
        resolve(one)
      })
  })
