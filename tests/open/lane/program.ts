import { io, type Socket } from 'socket.io-client'
import { afterAll } from 'vitest'

export type Payload = Record<string, unknown>

/** A program in JavaScript on a socket: keeps what it hears, by event and in order. */
export interface Program {
  readonly socket: Socket
  /** Everything heard of an event so far. */
  heard(event: string): readonly Payload[]
  /** The next payload of an event that was not taken yet. @throws Error after a while */
  next(event: string): Promise<Payload>
  /** Sends, and gives what acknowledges it. */
  ask(event: string, payload?: unknown): Promise<Payload>
  /** The code with which an event is refused: of the acknowledgement, which must be that of the `error` event. */
  refusal(event: string, payload?: unknown): Promise<string>
  close(): void
}

const waitMs = 20_000

const open: Socket[] = []
afterAll(() => {
  for (const socket of open) socket.disconnect()
})

interface Options {
  readonly transports?: readonly ('polling' | 'websocket')[]
  readonly headers?: Record<string, string>
}

const listening = (socket: Socket): Omit<Program, 'ask' | 'refusal' | 'close'> => {
  const all = new Map<string, Payload[]>()
  const taken = new Map<string, number>()
  const waiting = new Map<string, ((payload: Payload) => void)[]>()
  const take = (event: string): Payload | undefined => {
    const at = taken.get(event) ?? 0
    const payload = all.get(event)?.[at]
    if (payload) taken.set(event, at + 1)
    return payload
  }
  socket.onAny((event: string, payload: Payload) => {
    all.set(event, [...(all.get(event) ?? []), payload])
    const next = waiting.get(event)?.shift()
    if (next) next(take(event) as Payload)
  })
  return {
    socket,
    heard: (event) => all.get(event) ?? [],
    next: (event) => {
      const payload = take(event)
      if (payload) return Promise.resolve(payload)
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no ${event} within ${waitMs} ms`)), waitMs)
        const resolved = (found: Payload): void => {
          clearTimeout(timer)
          resolve(found)
        }
        waiting.set(event, [...(waiting.get(event) ?? []), resolved])
      })
    },
  }
}

const socketTo = (url: string, auth: Payload, { transports, headers }: Options): Socket => {
  const socket = io(url, {
    auth,
    reconnection: false,
    forceNew: true,
    transports: [...(transports ?? ['websocket'])],
    ...(headers ? { extraHeaders: headers } : {}),
  })
  open.push(socket)
  return socket
}

/** Connects, and resolves when the server has said `connected`. */
export const program = async (url: string, token: string, options: Options = {}): Promise<Program> => {
  const socket = socketTo(url, { token }, options)
  const heard = listening(socket)
  await new Promise<void>((resolve, reject) => {
    socket.once('connected', () => resolve())
    socket.once('connect_error', reject)
  })
  const ask: Program['ask'] = (event, payload) =>
    socket.timeout(waitMs).emitWithAck(event, payload ?? {}) as Promise<Payload>
  return {
    ...heard,
    ask,
    refusal: async (event, payload) => {
      const answer = await ask(event, payload)
      if (answer['ok'] !== false) return 'accepted'
      const told = await heard.next('error')
      return told['code'] === answer['code'] ? String(answer['code']) : 'two codes'
    },
    close: () => void socket.disconnect(),
  }
}

/** What a socket is told that is not let in. */
export const turnedAway = (
  url: string,
  auth: Payload,
  options: Options = {},
): Promise<Payload | undefined> => {
  const socket = socketTo(url, auth, options)
  return new Promise((resolve, reject) => {
    socket.once('connect', () => reject(new Error('was let in')))
    socket.once('connect_error', (error) => {
      socket.disconnect()
      resolve('data' in error ? (error.data as Payload) : undefined)
    })
  })
}
