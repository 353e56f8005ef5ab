import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { Server, type Socket } from 'socket.io'
import { serverAddress } from '../lane/enroll.ts'
import { outageTeller, sharedTeller } from '../outage.ts'
import type { Output } from '../output.ts'
import { makeDesks } from './desks.ts'
import type { Dialect, Refusal } from './dialect.ts'
import { receive } from './guests.ts'
import { makeHttp } from './http.ts'
import { pageRoutes } from './page/page.ts'
import type { OaepHash } from './pair/oaepHash.ts'
import { pair } from './pair/pair.ts'
import { refusalBody, refused } from './refusal.ts'
import { makeStrangers } from './strangers.ts'
import { talk } from './talk/talk.ts'
import { makeVisitor, tokenOfHandshake } from './visitor.ts'

export interface GatewayOptions {
  /** Directory of the profile that has the accounts and their keys. */
  readonly profile: string
  readonly server: string
  /** The classic room in which local programs speak. */
  readonly room: string
  /** What old receivers of this machine expect; undefined where it is to be seen from what they send. */
  readonly oaepHash: OaepHash | undefined
  /** 0 for any that is free. */
  readonly port: number
  /** What a local program has to know; new at each start. */
  readonly token: string
  /** Where outages of the server, and pages that were refused, are told. */
  readonly output: Pick<Output, 'notice'>
}

export interface Gateway {
  readonly url: string
  /** Address of the page. Who opens it needs nothing else: it holds the token, where no server is told it. */
  readonly page: string
  close(): Promise<void>
}

/** Larger than anything that can be sent on, so that what is too large is answered and not cut off. */
const packetBytesMax = 16 * 1024 * 1024
const visitorsMax = 200
/** A program that does not read is not waited for longer. */
const farewellMaxMs = 1000

const unauthorized = refused('UNAUTHORIZED', 'Give the token that the gateway printed when it started')
const crowded = refused('RATE_LIMITED', 'Too many programs are connected to the gateway')

/**
 * The gateway of a machine: plain local programs on one side, the open lane on the other. It listens on loopback alone.
 *
 * @throws SottoError `bad_request` for an address that is none
 * @throws Error when the port is taken
 */
export const startGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const { profile, room, token } = options
  const server = serverAddress(options.server)
  const desks = makeDesks(profile, server, sharedTeller(outageTeller(options.output)))
  const dialects: readonly Dialect[] = [talk(desks, server, room), pair(desks, options.oaepHash)]
  const visitor = makeVisitor(token, () => (http.address() as AddressInfo).port)
  const http = createServer(makeHttp([...pageRoutes(), ...dialects.flatMap(({ routes }) => routes)], visitor))
  const tellOfStranger = makeStrangers(options.output)
  const io = new Server(http, {
    serveClient: false,
    maxHttpBufferSize: packetBytesMax,
    allowRequest: (request, allow) => {
      const refusal = visitor.refusal(request, 'token')
      if (refusal === 'ORIGIN_REFUSED') tellOfStranger(request.headers.origin)
      allow(refusal, refusal === null)
    },
  })
  const admission = ({ handshake }: Socket): Refusal | null => {
    if (!visitor.isTold(tokenOfHandshake(handshake))) return unauthorized
    return io.sockets.sockets.size < visitorsMax ? null : crowded
  }
  io.use((socket, next) => {
    const refusal = admission(socket)
    // The words are what old pages show.
    next(refusal ? Object.assign(new Error(refusal.error), { data: refusalBody(refusal) }) : undefined)
  })
  const farewells = new Set<() => Promise<void>>()
  io.on('connection', (socket) => {
    const farewell = receive(socket, dialects)
    farewells.add(farewell)
    socket.once('disconnect', () => farewells.delete(farewell))
  })

  http.listen(options.port, '127.0.0.1')
  await once(http, 'listening')
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  return {
    url,
    page: `${url}/#token=${token}`,
    close: async () => {
      await Promise.race([
        Promise.all([...farewells].map((farewell) => farewell())),
        wait(farewellMaxMs, undefined, { ref: false }),
      ])
      for (const dialect of dialects) dialect.close?.()
      await io.close()
      await desks.close()
    },
  }
}
