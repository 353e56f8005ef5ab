import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningServer, type ServerConfig, startServer } from '@sotto/server'
import { afterAll } from 'vitest'

export interface TestServer {
  readonly dataDirectory: string
  readonly url: string
  /** Stops the server and starts another on the same data. */
  restart(changes?: Partial<ServerConfig>): Promise<void>
  /** A copy of the data as they are now, taken while the server is stopped. */
  backup(): Promise<string>
  /** Goes on with what a backup holds; secrets are no part of it. */
  restore(backup: string): Promise<void>
  close(): Promise<void>
}

const roomy = {
  requestsPerSecondPerAddress: 1_000_000,
  workUsPerSecondPerAccount: 1_000_000_000,
  workUsPerSecondPerAddress: 1_000_000_000,
  registrationsPerAddressPerHour: 1_000_000,
  messagesPerSecond: 1_000_000,
  messageBurst: 1_000_000,
  commitsPerRoomPerMinute: 1_000_000,
  joinsPerRoomPerMinute: 1_000_000,
  healsPerMinute: 1_000_000,
  rejoinsPerDay: 1_000_000,
}

/** What ends with the tests of the file, whether it was made for one test or for all: the newest first. */
const ends: (() => void | Promise<void>)[] = []
afterAll(async () => {
  for (const end of ends.toReversed()) await end()
})

export const temporaryDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-server-'))
  ends.push(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** A server on a data directory of its own that ends with the tests of the file. Limits of rate are out of the way. */
export const testServer = async (config: Partial<ServerConfig> = {}): Promise<TestServer> => {
  const dataDirectory = config.dataDirectory ?? temporaryDirectory()
  const start = (changes: Partial<ServerConfig> = {}): Promise<RunningServer> => {
    const limits = { ...roomy, ...config.limits, ...changes.limits }
    return startServer({
      port: 0,
      host: '127.0.0.1',
      webDirectory: null,
      logLevel: 'silent',
      registration: 'open',
      ...config,
      ...changes,
      dataDirectory,
      limits,
    })
  }
  let server = await start()
  ends.push(() => server.close())
  return {
    dataDirectory,
    get url() {
      return server.url
    },
    restart: async (changes) => {
      await server.close()
      server = await start(changes)
    },
    backup: async () => {
      await server.close()
      const copy = temporaryDirectory()
      cpSync(dataDirectory, copy, { recursive: true })
      server = await start()
      return copy
    },
    restore: async (backup) => {
      await server.close()
      const isRestored = (name: string): boolean => name.startsWith('sotto.db') || name === 'marker'
      for (const name of readdirSync(dataDirectory).filter(isRestored)) rmSync(join(dataDirectory, name))
      for (const name of readdirSync(backup).filter(isRestored))
        cpSync(join(backup, name), join(dataDirectory, name))
      server = await start()
    },
    close: () => server.close(),
  }
}
