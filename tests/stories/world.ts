import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Client,
  type ClientLimits,
  type ClientOptions,
  type Jose,
  type MemoryDisk,
  type MemoryKeys,
  memoryDisk,
  memoryKeys,
  openClient,
  openMemoryKeychain,
  openMemoryStore,
  type Scheduler,
  sealedStore,
  type Store,
  type Transport,
} from '@sotto/client'
import { joseLibrary, netTransport, timerScheduler } from '@sotto/client/node'
import { nodeProvider } from '@sotto/mls/provider/node'
import { type RunningServer, type ServerConfig, startServer } from '@sotto/server'
import { checkedRows } from './checkedRows.ts'
import { quickPassword } from './password.ts'
import { smallStock } from './stock.ts'

/** A server with its data, and people with their devices: everything real but the disks of the devices. */
export interface World {
  server(): RunningServer
  /** Stops the server and starts it again on the same data and port. */
  restart(): Promise<void>
  /** Where the server keeps its data. */
  readonly dataDirectory: string
  /** A copy of the server's data as it is now, taken while it is stopped. */
  backup(): Promise<string>
  /** Stops the server and starts it, on the same port, on what a backup holds; `null` is nothing at all. */
  restore(backup: string | null): Promise<void>
  person(name: string): Person
  end(): Promise<void>
}

export interface Device {
  readonly disk: MemoryDisk
  readonly keys: MemoryKeys
  /** Default: a small stock of key packages. */
  readonly limits?: Partial<ClientLimits>
}

/** What happens between the client and its store or the server. */
export interface Weather {
  store?(store: Store): Store
  transport?(transport: Transport): Transport
  jose?(jose: Jose): Jose
  scheduler?(scheduler: Scheduler): Scheduler
  password?(password: ClientOptions['password']): ClientOptions['password']
}

export interface Person {
  readonly name: string
  readonly device: Device
  /** Opens the client as its next start would, whatever has become of the last. */
  open(weather?: Weather): Promise<Client>
  /** Opens and registers. */
  join(weather?: Weather): Promise<Client>
}

export const password = 'correct horse battery staple'

const provider = nodeProvider()

export const openDevice = async (
  server: string,
  device: Device,
  weather: Weather = {},
  deviceKind: ClientOptions['deviceKind'] = 'cli',
): Promise<Client> => {
  const keychain = openMemoryKeychain(provider, device.keys)
  const store = checkedRows(sealedStore(await openMemoryStore(device.disk), keychain))
  const transport = netTransport({ server })
  const options: ClientOptions = {
    server,
    store: weather.store?.(store) ?? store,
    keychain,
    transport: weather.transport?.(transport) ?? transport,
    scheduler: weather.scheduler?.(timerScheduler) ?? timerScheduler,
    provider,
    jose: weather.jose?.(joseLibrary) ?? joseLibrary,
    password: weather.password?.(quickPassword) ?? quickPassword,
    deviceKind,
    limits: device.limits ?? smallStock,
  }
  return openClient(options)
}

export const startWorld = async (config: Partial<ServerConfig> = {}): Promise<World> => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'sotto-story-'))
  const start = (port: number): Promise<RunningServer> =>
    startServer({ port, dataDirectory, webDirectory: null, logLevel: 'error', ...config })
  let server = await start(0)
  const opened = new Set<Client>()
  const backups: string[] = []

  const person = (name: string): Person => {
    const device: Device = { disk: memoryDisk(), keys: memoryKeys() }
    const open = async (weather?: Weather): Promise<Client> => {
      const client = await openDevice(server.url, device, weather)
      opened.add(client)
      return client
    }
    return {
      name,
      device,
      open,
      join: async (weather) => {
        const client = await open(weather)
        await client.register({ name, password })
        return client
      },
    }
  }

  return {
    server: () => server,
    dataDirectory,
    restart: async () => {
      const { port } = server
      await server.close()
      server = await start(port)
    },
    backup: async () => {
      const { port } = server
      await server.close()
      const copy = mkdtempSync(join(tmpdir(), 'sotto-backup-'))
      cpSync(dataDirectory, copy, { recursive: true })
      backups.push(copy)
      server = await start(port)
      return copy
    },
    restore: async (backup) => {
      const { port } = server
      await server.close()
      rmSync(dataDirectory, { recursive: true, force: true })
      if (backup !== null) cpSync(backup, dataDirectory, { recursive: true })
      server = await start(port)
    },
    person,
    end: async () => {
      await Promise.allSettled([...opened].map((client) => client.close()))
      await server.close()
      for (const directory of [dataDirectory, ...backups]) rmSync(directory, { recursive: true, force: true })
    },
  }
}
