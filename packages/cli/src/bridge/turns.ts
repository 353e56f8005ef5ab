/** One after the other, and once more where something has happened meanwhile. */
export const inTurns = (
  work: () => Promise<void>,
  failed: (error: unknown) => void,
): (() => Promise<void>) => {
  let running: Promise<void> | null = null
  let again = false
  const run = async (): Promise<void> => {
    do {
      again = false
      await work()
    } while (again)
  }
  return () => {
    again = true
    running ??= run()
      .catch(failed)
      .finally(() => (running = null))
    return running
  }
}
