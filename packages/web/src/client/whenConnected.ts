import type { Client } from '@sotto/client'

/** Longer than a line takes that is on its way. */
const waitMaxMs = 10_000

/**
 * Does what needs the server once the line is there: right after signing in it is on its way, and whoever is quick would be
 * told that the server cannot be reached. Where no line is on its way it is tried at once, and says so.
 */
export const whenConnected = async <T>(
  client: Pick<Client, 'state' | 'subscribe'>,
  work: () => Promise<T>,
): Promise<T> => {
  const isOnItsWay = (): boolean => client.state().connection.kind === 'connecting'
  if (isOnItsWay())
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        clearTimeout(timer)
        unsubscribe()
        resolve()
      }
      const timer = setTimeout(settle, waitMaxMs)
      const unsubscribe = client.subscribe(() => {
        if (!isOnItsWay()) settle()
      })
    })
  return work()
}
