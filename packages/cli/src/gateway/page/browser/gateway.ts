import { io, type Socket } from 'socket.io-client'
import { texts } from './texts.ts'

export interface ChatMessage {
  readonly from: string
  readonly text: string
  readonly timeMs: number
  readonly isOwn: boolean
  readonly place: 'room' | 'private' | 'chat'
}

/** What the page hears from the gateway. */
export interface Listener {
  connected(room: string, server: string): void
  /** `token`: it is another gateway than the one that printed our address. */
  refused(why: 'token' | 'away'): void
  disconnected(): void
  message(message: ChatMessage): void
  changed(name: string, change: 'joined' | 'left'): void
  people(names: readonly string[]): void
  server(state: 'there' | 'away'): void
  /** Something that one should know, in words. */
  notice(text: string): void
  ended(): void
}

export type Outcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: string; readonly why: string }

/** The name as it is written, or why not. */
export type LoginOutcome = Outcome & { readonly username?: string }

export interface Gateway {
  login(name: string): Promise<LoginOutcome>
  say(text: string): Promise<Outcome>
  logout(): Promise<Outcome>
  close(): void
}

type Payload = Readonly<Record<string, unknown>>

const retryMs = 5000

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const codeOf = (error: Error): unknown =>
  'data' in error && typeof error.data === 'object' ? (error.data as Payload)['code'] : undefined

const placeOf = (payload: Payload): ChatMessage['place'] => {
  if (payload['private'] === true) return 'private'
  return payload['chat'] === undefined ? 'room' : 'chat'
}

const messageOf = (payload: Payload): ChatMessage => {
  const timeMs = Date.parse(textOf(payload['timestamp']))
  return {
    from: textOf(payload['username']),
    text: textOf(payload['message']),
    timeMs: Number.isNaN(timeMs) ? Date.now() : timeMs,
    isOwn: payload['self'] === true,
    place: placeOf(payload),
  }
}

/** What a `system_message` means; what answers something that this page has asked is told there. */
const hearSystem = (payload: Payload, listener: Listener): void => {
  const { code, change, connection, username } = payload
  if (change === 'joined' || change === 'left') listener.changed(textOf(username), change)
  else if (connection !== undefined) listener.server(connection === 'online' ? 'there' : 'away')
  else if (code === 'SHUTTING_DOWN') listener.ended()
  else if (code !== 'LOGGED_IN' && username !== undefined) listener.notice(textOf(payload['message']))
}

const outcomeOf = (answer: Payload): Outcome => {
  if (answer['ok'] === true) return { ok: true }
  const code = textOf(answer['code'])
  return { ok: false, code, why: texts.failure(code, textOf(answer['error'])) }
}

const asked = (socket: Socket, event: string, payload: Payload): Promise<Payload> =>
  new Promise((resolve) => {
    // Socket.IO would keep it, and say it to the next connection before anybody has logged in there.
    if (!socket.connected) return resolve({ ok: false, code: 'DISCONNECTED', error: texts.gatewayAway })
    const end = (answer: Payload): void => {
      socket.off('disconnect', broken)
      resolve(answer)
    }
    const broken = (): void => end({ ok: false, code: 'DISCONNECTED', error: texts.unknown })
    socket.once('disconnect', broken)
    socket.emit(event, payload, end)
  })

/** Connects to the gateway that this page comes from, and comes back to it by itself. */
export const connect = (token: string, listener: Listener): Gateway => {
  const socket = io({ auth: { token }, transports: ['websocket'], reconnectionDelayMax: 3000 })
  socket.on('connected', ({ room, server }: Payload) => listener.connected(textOf(room), textOf(server)))
  socket.on('connect_error', (error) => {
    const isUnknown = codeOf(error) === 'UNAUTHORIZED'
    listener.refused(isUnknown ? 'token' : 'away')
    // Socket.IO comes back by itself from everything but a refusal.
    if (!isUnknown && !socket.active) setTimeout(() => socket.connect(), retryMs)
  })
  socket.on('disconnect', () => listener.disconnected())
  socket.on('chat_message', (payload: Payload) => listener.message(messageOf(payload)))
  socket.on('user_list', ({ users }: Payload) => {
    if (Array.isArray(users)) listener.people(users.map(textOf))
  })
  socket.on('system_message', (payload: Payload) => hearSystem(payload, listener))
  return {
    login: async (username) => {
      const answer = await asked(socket, 'user_login', { username })
      return { ...outcomeOf(answer), username: textOf(answer['username']) }
    },
    say: async (message) => outcomeOf(await asked(socket, 'chat_message', { message })),
    logout: async () => outcomeOf(await asked(socket, 'logout', {})),
    close: () => {
      socket.disconnect()
    },
  }
}
