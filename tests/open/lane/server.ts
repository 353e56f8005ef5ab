import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningServer, type ServerConfig, startServer } from '@sotto/server'
import { afterAll } from 'vitest'

export interface LaneServer {
  readonly url: string
  readonly dataDirectory: string
  /** Everything that was logged so far. */
  readonly log: readonly string[]
  restart(): Promise<void>
  close(): Promise<void>
  /** Every byte of every file of the data directory. */
  stored(): readonly (readonly [path: string, bytes: Buffer])[]
}

const unlimited = 1_000_000

/** Ended with the tests of the file, whether they were started for one test or for all. */
const ends: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const end of ends) await end()
})

/** A server with the open lane on a data directory of its own, over the network, that ends with the tests of the file. */
export const laneServer = async (config: Partial<ServerConfig> = {}): Promise<LaneServer> => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'sotto-open-'))
  const log: string[] = []
  const start = (): Promise<RunningServer> =>
    startServer({
      port: 0,
      host: '127.0.0.1',
      webDirectory: null,
      registration: 'open',
      open: true,
      logLevel: 'trace',
      logDestination: { write: (line: string) => void log.push(line) },
      dataDirectory,
      ...config,
      limits: {
        registrationsPerAddressPerHour: unlimited,
        workUsPerSecondPerAddress: 1000 * unlimited,
        ...config.limits,
      },
    })
  let server = await start()
  ends.push(async () => {
    await server.close()
    rmSync(dataDirectory, { recursive: true, force: true })
  })
  return {
    get url() {
      return server.url
    },
    dataDirectory,
    log,
    restart: async () => {
      await server.close()
      server = await start()
    },
    close: () => server.close(),
    stored: () =>
      readdirSync(dataDirectory, { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((path) => [path, readFileSync(path)] as const),
  }
}
