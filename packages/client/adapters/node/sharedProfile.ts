import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { SottoError } from '@sotto/protocol'
import {
  asked,
  type Channel,
  type Client,
  remoteClient,
  type Scheduler,
  serveClient,
} from '../../src/index.ts'
import { type Bus, newBus, newId, refuseAll } from '../net/bus.ts'
import { endingBy } from '../../src/remote/endingBy.ts'
import { timerScheduler } from '../net/timerScheduler.ts'
import { type LineSocket, lineSocket } from './lineSocket.ts'
import { takeProfileLock } from './profileLock.ts'
import { socketPathOf } from './socketPath.ts'

/** How often a process that can neither lead nor follow (the leader is coming up or going down) looks again. */
const retryMs = 25
/** How long it does so before it gives up. */
const patienceMs = 15_000

interface Leadership {
  release(): Promise<void>
}

const listenAt = async (path: string, onSocket: (socket: Socket) => void): Promise<Server> => {
  // Whoever holds the lock is alone: a socket that lies here was left by a process that was killed.
  if (process.platform !== 'win32') rmSync(path, { force: true })
  const server = createServer(onSocket).listen(path)
  await once(server, 'listening')
  return server
}

/** Runs the client in this process, for this process and all that connect. */
const lead = async (
  path: string,
  lock: { release(): void },
  open: () => Promise<Client>,
  bus: Bus,
): Promise<Leadership> => {
  const followers = new Set<LineSocket>()
  const served = new Set<(message: unknown) => void>()
  const toServer = (message: unknown): void => {
    for (const listener of served) listener(message)
  }
  const toAll: Channel = {
    post: (message) => {
      bus.hear(message)
      for (const follower of followers) follower.post(message)
    },
    listen: (listener) => {
      served.add(listener)
      return () => served.delete(listener)
    },
  }
  let client: Client | undefined
  try {
    client = await open()
    const server = await listenAt(path, (socket) => {
      const follower = lineSocket(socket, toServer)
      followers.add(follower)
      socket.on('close', () => followers.delete(follower))
    })
    bus.target = toServer
    const stop = serveClient(client, toAll, newId())
    const opened = client
    return {
      release: async () => {
        stop()
        bus.target = null
        server.close()
        for (const follower of followers) follower.end()
        await opened.close()
        lock.release()
      },
    }
  } catch (error) {
    await client?.close()
    lock.release()
    throw error
  }
}

/** @returns undefined when nobody listens there */
const connectTo = async (path: string): Promise<Socket | undefined> => {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return socket
  } catch {
    return undefined
  }
}

/**
 * The client of a profile that any number of processes may use at once. One of them runs it; when that one ends,
 * another takes over, and what was asked for in between is done by the next.
 *
 * @param open opens the client itself; called while this process holds the profile
 * @param scheduler for how long a holder may be silent
 * @throws SottoError what `open` throws, `profile_in_use` when the holder of the profile does not answer or is of an earlier
 *   version, `outdated` when it is of a later one
 */
export const openSharedClient = async (
  directory: string,
  open: () => Promise<Client>,
  scheduler: Pick<Scheduler, 'after'> = timerScheduler,
): Promise<Client> => {
  const path = socketPathOf(directory)
  const bus = newBus()
  const end = new AbortController()
  const remote = remoteClient(bus.channel, newId, {
    scheduler,
    silent: () => new SottoError('profile_in_use', 'the process that holds the profile does not answer'),
    older: () =>
      new SottoError('profile_in_use', 'a program of an earlier version holds the profile: start it anew'),
    // This program must not lead those that are newer.
    outdated: () => end.abort(),
  })
  let leadership: Leadership | undefined
  let attaching: Promise<void> | undefined

  const follow = (socket: Socket): void => {
    const line = lineSocket(socket, bus.hear)
    bus.target = line.post
    line.post(asked({ kind: 'hello' }))
    end.signal.addEventListener('abort', line.end)
    socket.on('close', () => {
      end.signal.removeEventListener('abort', line.end)
      bus.target = null
      if (end.signal.aborted) return
      attaching = attach().catch((error) => refuseAll(bus, remote.state(), error))
    })
  }

  /** Leads or follows, whichever can be had first. */
  const attach = async (): Promise<void> => {
    for (const endMs = Date.now() + patienceMs; Date.now() < endMs; await delay(retryMs)) {
      if (end.signal.aborted) return
      const lock = takeProfileLock(directory)
      if (lock) {
        leadership = await lead(path, lock, open, bus)
        return
      }
      const socket = await connectTo(path)
      if (socket) return follow(socket)
    }
    throw new SottoError('profile_in_use')
  }

  const close = async (): Promise<void> => {
    end.abort()
    await remote.close()
    await attaching
    await leadership?.release()
  }

  try {
    await attach()
    await remote.ready
  } catch (error) {
    await close()
    throw error
  }
  return endingBy(remote, close)
}
