import type { Socket } from 'socket.io'
import type { Desk, Desks, Hearer } from '../desks.ts'
import type { Answer, Dialect, Guest } from '../dialect.ts'
import { handedOver } from '../guests.ts'
import { refused } from '../refusal.ts'
import { plainOf, systemMessage, type Told } from './plain.ts'

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

const welcome = (socket: Socket, desks: Desks, room: string): Guest => {
  let session: { readonly desk: Desk; leave(): Promise<void> } | null = null
  const say = ({ event, payload }: Told): Promise<boolean> => {
    socket.emit(event, payload)
    return handedOver(socket)
  }
  const hear: Hearer = async (event, desk) => {
    const told = plainOf(event, desk.room)
    return told ? say(told) : true
  }

  const leave = async (): Promise<void> => {
    const ended = session
    session = null
    await ended?.leave()
  }

  const login = async (payload: unknown): Promise<Answer> => {
    const { username } = fieldsOf(payload)
    if (typeof username !== 'string') return refused('PAYLOAD_INVALID', 'login wants {username}')
    await leave()
    session = await desks.enter({ name: username, seat: 'shared', room, hear })
    const { name, room: number } = session.desk
    void say(systemMessage(`You are ${name}`, { username: name, code: 'LOGGED_IN' }))
    return { ok: true, username: name, room_id: number }
  }

  const send = async (payload: unknown): Promise<Answer> => {
    const { message, to } = fieldsOf(payload)
    if (!session) return refused('UNAUTHORIZED', 'login {username} first')
    const isText = typeof message === 'string' && (to === undefined || typeof to === 'string')
    if (!isText) return refused('PAYLOAD_INVALID', 'send_message wants {message}, and perhaps {to}')
    const { lane, room: number } = session.desk
    const { id } = to === undefined ? await lane.sendToRoom(number, message) : await lane.send(to, message)
    return { ok: true, id: String(id) }
  }

  const logout = async (): Promise<Answer> => {
    await leave()
    return { ok: true }
  }

  const acts: Readonly<Record<string, (payload: unknown) => Promise<Answer>>> = {
    login,
    send_message: send,
    logout,
  }

  return {
    take: (event, payloads) => {
      const act = Object.hasOwn(acts, event) ? acts[event] : undefined
      if (!act) return undefined
      const strange = strangeIn(event, payloads)
      return strange === undefined ? act(payloads[0]) : Promise.resolve(refused('PAYLOAD_INVALID', strange))
    },
    refused: (_event, { code, error }) => void say(systemMessage(error, { code })),
    ending: () => void say(systemMessage('The gateway is shutting down', { code: 'SHUTTING_DOWN' })),
    leave,
  }
}

/** Plain texts: whoever logs in talks in one room, or to one recipient. */
export const talk = (desks: Desks, room: string): Dialect => ({
  routes: [],
  welcome: (socket) => welcome(socket, desks, room),
})
