import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Client,
  type FailureCode,
  limits,
  memoryDisk,
  memoryKeys,
  SottoError,
  type Transport,
} from '@sotto/client'
import { startServer } from '@sotto/server'
import { invitation, texts, until, untilMessages } from '../stories/talk.ts'
import { openDevice, password, type Weather } from '../stories/world.ts'
import { type Stored, storedIn } from './database.ts'
import { addAbsentPeople } from './people.ts'
import { type ServerProcess, startServerProcess } from './serverProcess.ts'

/** What a step of the story took. */
export interface Took {
  readonly step: string
  readonly clientCpuMs: number
  readonly serverCpuMs: number
}

export interface Crowd {
  /** Why people are not in the room. */
  readonly refused: readonly FailureCode[]
  /** Of one more, when the room has all its places taken; null where it has not. */
  readonly full: FailureCode | null
  readonly members: number
  /** Requests by which the last one came in. */
  readonly callsOfNewcomer: number
  readonly membersOfNewcomer: number
  readonly newcomerSeesRemoved: boolean
  readonly readByNewcomer: readonly string[]
  readonly readByOwner: readonly string[]
  readonly stored: Stored
  readonly took: readonly Took[]
  readonly residentBytesMax: number
}

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

const codeOf = (work: Promise<unknown>): Promise<FailureCode | null> =>
  work.then(
    () => null,
    (error: unknown) => {
      if (error instanceof SottoError) return error.code
      throw error
    },
  )

const register = async (server: string, name: string, weather: Weather = {}): Promise<Client> => {
  const client = await openDevice(server, { disk: memoryDisk(), keys: memoryKeys() }, weather)
  await client.register({ name, password })
  return client
}

/**
 * Alice makes a room and invites everybody, of whom nobody is there; then Bob, who comes in as the last one. One of the
 * absent is removed, and the two talk. Client, server, sockets and suite are the product's; only the accounts of the
 * absent were put into the database.
 *
 * @param members devices in the room when Bob is in it, Alice and Bob among them
 */
export const gatherCrowd = async (members: number, say: (took: Took) => void = () => {}): Promise<Crowd> => {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-crowd-'))
  const dataDirectory = join(directory, 'data')
  const clients: Client[] = []
  let server: ServerProcess | undefined
  try {
    await (await startServer({ port: 0, dataDirectory, webDirectory: null, logLevel: 'error' })).close()
    const [spare = '', ...names] = await addAbsentPeople(dataDirectory, members - 1)
    const running = (server = await startServerProcess(dataDirectory))
    const took: Took[] = []
    const measured = async <T>(step: string, work: () => Promise<T>): Promise<T> => {
      const [client, host] = [cpuMs(), running.cpuMs()]
      const result = await work()
      const one = { step, clientCpuMs: cpuMs() - client, serverCpuMs: running.cpuMs() - host }
      took.push(one)
      say(one)
      return result
    }

    const alice = await register(running.url, 'alice')
    clients.push(alice)
    const { room } = await alice.createRoom({ name: 'Everybody' })
    const outcomes = await measured('invite all', () => alice.inviteAll({ room, names }))
    let calls = 0
    const counting = (transport: Transport): Transport => ({
      ...transport,
      call: (...given) => {
        calls += 1
        return transport.call(...given)
      },
    })
    const bob = await register(running.url, 'bob', { transport: counting })
    clients.push(bob)
    await measured('invite one more', () => alice.invite({ room, name: 'bob' }))
    const isFull = members === limits.leavesPerRoomMax
    const full = isFull ? await codeOf(alice.invite({ room, name: spare })) : null

    await measured('come in', async () => {
      await invitation(bob, room)
      calls = 0
      await bob.accept({ room })
    })
    const callsOfNewcomer = calls
    const all = await alice.members({ room })
    const gone = all.find(({ name }) => name === names[0])
    await measured('remove one', () => alice.removeMember({ room, account: gone?.account ?? '' }))
    await alice.send({ room, text: 'one of us has gone' })
    await untilMessages(bob, room, 1)
    await bob.send({ room, text: 'I have read it' })
    await untilMessages(alice, room, 2)
    await until(bob, ({ rooms }) =>
      rooms.some(({ id, memberCount }) => id === room && memberCount < all.length),
    )
    const seenByBob = await bob.members({ room })
    const seen = {
      refused: outcomes.flatMap(({ failure }) => (failure ? [failure.code] : [])),
      full,
      members: all.length,
      callsOfNewcomer,
      membersOfNewcomer: seenByBob.length,
      newcomerSeesRemoved: seenByBob.some(({ account }) => account === gone?.account),
      readByNewcomer: await texts(bob, room),
      readByOwner: await texts(alice, room),
      took,
      residentBytesMax: running.residentBytesMax(),
    }
    await Promise.all(clients.splice(0).map((client) => client.close()))
    await running.close()
    return { ...seen, stored: storedIn(dataDirectory) }
  } finally {
    await Promise.allSettled(clients.map((client) => client.close()))
    await server?.close()
    rmSync(directory, { recursive: true, force: true })
  }
}
