import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { invitation, online } from '../../stories/talk.ts'
import { within } from '../patience.ts'
import { password, type Person, personAt } from './person.ts'
import { serve, type ServerProcess, urlOf } from './serverProcess.ts'

const startWithinMs = 60_000

/** A server on a data directory and people with profiles, each a process; all of it ends with `end`. */
export interface World {
  readonly directory: string
  readonly data: string
  readonly port: number
  readonly url: string
  /** What the server has printed so far. */
  log(): string
  server(): ServerProcess
  /** Starts the server, without waiting for it. */
  start(): ServerProcess
  /** Stops it in good order, so that everything stands in the database itself, and starts it again. */
  restart(): Promise<void>
  /** A copy of the server's data as it lies there now. */
  copy(name: string): string
  /** Puts a copy into the place of what is there. The server is not running. */
  restore(copy: string): void
  /** People who are registered and online, their devices started. */
  people(names: readonly string[], place?: PeoplePlace): Promise<readonly Person[]>
  /** Somebody whose device was never started. */
  stranger(name: string): Person
  end(): Promise<void>
}

export const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

export interface PeoplePlace {
  /** What they take for the server: a proxy, say. */
  readonly server?: string
  /** Where their profiles lie; default: beside everything else. */
  readonly profiles?: string
}

export interface WorldOptions {
  /** Where the server's data lies; default: beside everything else. */
  readonly data?: string
}

export const startWorld = async (options: WorldOptions = {}): Promise<World> => {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-chaos-'))
  const data = options.data ?? join(directory, 'data')
  const port = await freePort()
  const home = { port, data, log: join(directory, 'server.log') }
  let server = serve(home)
  const people: Person[] = []
  await server.ready

  const stranger = (name: string, place: PeoplePlace = {}): Person => {
    const { server: address = urlOf(port), profiles = join(directory, 'people') } = place
    const person = personAt(profiles, name, address)
    people.push(person)
    return person
  }

  const arrive = async (name: string, at: PeoplePlace): Promise<Person> => {
    const person = stranger(name, at)
    const refused = await person.start()
    if (refused) throw new Error(`${name}: ${refused.code} ${refused.message}`)
    await person.client.register({ name, password })
    await online(person.client)
    return person
  }

  return {
    directory,
    data,
    port,
    url: urlOf(port),
    log: () => readFileSync(home.log, 'utf8'),
    server: () => server,
    start: () => (server = serve(home)),
    restart: async () => {
      await server.stop()
      server = serve(home)
      await server.ready
    },
    copy: (name) => {
      const to = join(directory, name)
      // A server that was killed leaves its socket, which is no data.
      cpSync(data, to, { recursive: true, filter: (path) => !path.endsWith('.sock') })
      return to
    },
    restore: (copy) => {
      rmSync(data, { recursive: true, force: true })
      cpSync(copy, data, { recursive: true })
    },
    people: (names, at = {}) =>
      within('everybody registers', startWithinMs, Promise.all(names.map((name) => arrive(name, at)))),
    stranger: (name) => stranger(name),
    end: async () => {
      await Promise.all(people.map((person) => person.kill()))
      await server.kill()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Somebody is invited, and accepts. */
export const bringIn = async (host: Person, guest: Person, room: string): Promise<void> => {
  await host.client.invite({ room, name: guest.name })
  await invitation(guest.client, room)
  await guest.client.accept({ room })
}

/** A room of all of them, founded by the first. */
export const gather = (people: readonly Person[], name: string): Promise<string> =>
  within(
    'everybody comes in',
    startWithinMs,
    (async () => {
      const [host, ...guests] = people
      if (!host) throw new Error('a room needs somebody')
      const { room } = await host.client.createRoom({ name })
      for (const guest of guests) await bringIn(host, guest, room)
      return room
    })(),
  )
