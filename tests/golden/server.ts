import { setTimeout as delay } from 'node:timers/promises'
import { type RunningServer, type ServerConfig, startServer } from '@sotto/server'
import type { Golden } from './golden.ts'
import type { GoldenCopy } from './place.ts'

const retryMs = 200

const isInUse = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'

/** A server on a copy of golden data, at the address that the profiles know. Waits for another test that has the port. */
export const startGolden = async (
  { data }: GoldenCopy,
  { port }: Golden,
  config: Partial<ServerConfig> = {},
): Promise<RunningServer> => {
  for (;;)
    try {
      return await startServer({
        port,
        dataDirectory: data,
        webDirectory: null,
        open: true,
        logLevel: 'error',
        ...config,
      })
    } catch (error) {
      if (!isInUse(error)) throw error
      await delay(retryMs)
    }
}
