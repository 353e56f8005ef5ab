import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server, type Socket } from 'socket.io'
import { serverAddress } from '../lane/enroll.ts'
import { outageTeller, sharedTeller } from '../outage.ts'
import type { Output } from '../output.ts'
import { type Desk, type Desks, type Hearer, makeDesks } from './desks.ts'
import { failureOf, systemMessage, type Told } from './plain.ts'
import { makeVisitor, tokenIn } from './visitor.ts'

export interface GatewayOptions {
  /** Directory of the profile that has the accounts and their keys. */
  readonly profile: string
  readonly server: string
  /** The classic room in which local programs speak. */
  readonly room: string
  /** 0 for any that is free. */
  readonly port: number
  /** What a local program has to know; new at each start. */
  readonly token: string
  /** Where outages of the server are told. */
  readonly output: Pick<Output, 'notice'>
}

export interface Gateway {
  readonly url: string
  close(): Promise<void>
}

/** Larger than anything that can be sent on, so that what is too large is answered and not cut off. */
const packetBytesMax = 16 * 1024 * 1024
const visitorsMax = 200

type Acknowledge = (answer: Readonly<Record<string, unknown>>) => void

const isAcknowledge = (value: unknown): value is Acknowledge => typeof value === 'function'

/** What each event may say. */
const fieldsOfEvent: Readonly<Record<string, readonly string[]>> = {
  login: ['username'],
  send_message: ['message', 'to'],
  logout: [],
}

const fieldsOf = (payload: unknown): Readonly<Record<string, unknown>> =>
  typeof payload === 'object' && payload !== null ? { ...payload } : {}

/** Something that is not understood may have been meant to keep the rest private: `too`, or `to` in a second argument. */
const strangeIn = (event: string, payloads: readonly unknown[]): string | undefined => {
  const [payload, ...others] = payloads
  if (others.length > 0) return `${event} takes one object`
  const known = fieldsOfEvent[event] ?? []
  const strange = Object.keys(fieldsOf(payload)).find((field) => !known.includes(field))
  return strange === undefined
    ? undefined
    : `${event} has no field called ${JSON.stringify(strange.slice(0, 64))}`
}

const refused = (code: string, error: string) => ({ ok: false, code, error })

/** Resolves when something about a connection is another: its transport can take more, or it has ended. */
const stirred = ({ conn }: Socket): Promise<void> =>
  new Promise((resolve) => {
    const { transport } = conn
    const done = (): void => {
      transport.off('ready', done)
      conn.off('upgrade', done)
      conn.off('close', done)
      resolve()
    }
    transport.on('ready', done)
    conn.on('upgrade', done)
    conn.on('close', done)
  })

/** Whether all that was said to a program is out of this process; one that does not answer is let go by Socket.IO. */
const handedOver = async (socket: Socket): Promise<boolean> => {
  while (socket.connected && !socket.conn.transport.writable) await stirred(socket)
  return socket.connected
}

/** One local program: logs in, speaks, is told. What it sends is dealt with one after the other. */
const receive = (socket: Socket, desks: Desks): void => {
  let session: { readonly desk: Desk; leave(): Promise<void> } | null = null
  let last: Promise<void> = Promise.resolve()
  const hear: Hearer = ({ event, payload }: Told) => {
    socket.emit(event, payload)
    return handedOver(socket)
  }

  const leave = async (): Promise<void> => {
    const ended = session
    session = null
    await ended?.leave()
  }

  const login = async (payload: unknown) => {
    const { username } = fieldsOf(payload)
    if (typeof username !== 'string') return refused('PAYLOAD_INVALID', 'login wants {username}')
    await leave()
    session = await desks.enter(username, hear)
    void hear(
      systemMessage(`You are ${session.desk.name}`, { username: session.desk.name, code: 'LOGGED_IN' }),
    )
    return { ok: true, username: session.desk.name, room_id: session.desk.room }
  }

  const send = async (payload: unknown) => {
    const { message, to } = fieldsOf(payload)
    if (!session) return refused('UNAUTHORIZED', 'login {username} first')
    const isText = typeof message === 'string' && (to === undefined || typeof to === 'string')
    if (!isText) return refused('PAYLOAD_INVALID', 'send_message wants {message}, and perhaps {to}')
    return { ok: true, id: await session.desk.send(message, to) }
  }

  const logout = async () => {
    await leave()
    return { ok: true }
  }

  const answer = async (event: string, payloads: readonly unknown[]) => {
    const [payload] = payloads
    const strange = Object.hasOwn(fieldsOfEvent, event) ? strangeIn(event, payloads) : undefined
    if (strange !== undefined) return refused('PAYLOAD_INVALID', strange)
    switch (event) {
      case 'login':
        return login(payload)
      case 'send_message':
        return send(payload)
      case 'logout':
        return logout()
      default:
        return refused('EVENT_UNKNOWN', 'There is no such event')
    }
  }

  socket.onAny((event: string, ...args: unknown[]) => {
    const acknowledge = args.find(isAcknowledge)
    const payloads = args.filter((one) => !isAcknowledge(one))
    last = last.then(async () => {
      const said = await answer(event, payloads).catch((error: unknown) => ({
        ok: false,
        ...failureOf(error),
      }))
      if ('code' in said) void hear(systemMessage(said.error, { code: said.code }))
      acknowledge?.(said)
    })
  })
  socket.on('disconnect', () => {
    last = last.then(leave)
  })
}

/**
 * The gateway of a machine: plain local programs on one side, the open lane on the other. It listens on loopback alone.
 *
 * @throws SottoError `bad_request` for an address that is none
 * @throws Error when the port is taken
 */
export const startGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const { profile, room, token } = options
  const desks = makeDesks(
    profile,
    serverAddress(options.server),
    room,
    sharedTeller(outageTeller(options.output)),
  )
  const http = createServer((_request, response) => {
    response.writeHead(404, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ code: 'NOT_FOUND', error: 'There is only Socket.IO here' }))
  })
  const visitor = makeVisitor(token, () => (http.address() as AddressInfo).port)
  const io = new Server(http, {
    serveClient: false,
    maxHttpBufferSize: packetBytesMax,
    allowRequest: (request, allow) => {
      const refusal = visitor.refusal(request)
      allow(refusal, refusal === null)
    },
  })
  io.use((socket, next) => {
    const given = tokenIn(socket.handshake.auth, socket.handshake.headers.authorization)
    const isFull = io.sockets.sockets.size >= visitorsMax
    const code = visitor.isTold(given) ? (isFull ? 'RATE_LIMITED' : null) : 'UNAUTHORIZED'
    if (code === null) return next()
    next(Object.assign(new Error(code), { data: { code, error: 'This is not the token of the gateway' } }))
  })
  io.on('connection', (socket) => receive(socket, desks))

  http.listen(options.port, '127.0.0.1')
  await once(http, 'listening')
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    close: async () => {
      await io.close()
      await desks.close()
    },
  }
}
