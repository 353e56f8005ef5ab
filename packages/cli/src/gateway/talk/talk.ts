import { normalizeName } from '@sotto/client'
import type { Socket } from 'socket.io'
import { timestamp } from '../../time.ts'
import type { Desks } from '../desks.ts'
import type { Answer, Dialect, Guest } from '../dialect.ts'
import { handedOver } from '../guests.ts'
import { GatewayRefusal, refusalBody, refusalOf } from '../refusal.ts'
import { type Command, readCommand } from './command.ts'
import { loginRefusal } from './loginRefusal.ts'
import { systemMessage } from './plain.ts'
import { makeRoster } from './roster.ts'
import { enterRoom, presentIn, type Room, type Say, type Session } from './session.ts'

const checkClaims = (claimed: readonly string[], name: string): void => {
  const other = claimed.find((one) => normalizeName(one) !== name)
  if (other !== undefined) throw new GatewayRefusal('IDENTITY_MISMATCH', `You are logged in as ${name}`)
}

/** What one program asks for, done. */
const makeActs = (room: Room, say: Say) => {
  let session: Session | null = null
  const seated = (): Session => {
    if (session) return session
    throw new GatewayRefusal('UNAUTHORIZED', 'Log in first: user_login {username}, or login {username}')
  }

  const leave = async (): Promise<string | undefined> => {
    const ended = session
    session = null
    await ended?.leave()
    return ended?.desk.name
  }

  const login = async ({ username, as }: Command & { kind: 'login' }): Promise<Answer> => {
    await leave()
    try {
      session = await enterRoom(room, username, as, say)
    } catch (error) {
      return loginRefusal(refusalOf(error))
    }
    const { name, room: room_id } = session.desk
    if (as === 'page')
      void say({
        event: 'login_response',
        payload: { success: true, username: name, room: room.name, room_id },
      })
    void say(systemMessage(`You are ${name}`, { username: name, code: 'LOGGED_IN' }))
    return { ok: true, username: name, room_id }
  }

  const send = async ({ text, to, claimed }: Command & { kind: 'send' }): Promise<Answer> => {
    const { name, lane, room: number } = seated().desk
    checkClaims(claimed, name)
    const { id } = to === undefined ? await lane.sendToRoom(number, text) : await lane.send(to, text)
    return { ok: true, id: String(id) }
  }

  const list = async (): Promise<Answer> => {
    const users = await presentIn(seated().desk)
    void say({ event: 'user_list', payload: { users } })
    return { ok: true, users }
  }

  const logout = async (): Promise<Answer> => {
    const username = await leave()
    const who = username === undefined ? {} : { username }
    void say({ event: 'logout_response', payload: { success: true, ...who } })
    return { ok: true }
  }

  const act = (command: Command): Promise<Answer> => {
    switch (command.kind) {
      case 'login':
        return login(command)
      case 'send':
        return send(command)
      case 'list':
        return list()
      case 'logout':
        return logout()
    }
  }
  return { act, leave }
}

const welcome = (socket: Socket, room: Room): Guest => {
  const say: Say = ({ event, payload }) => {
    socket.emit(event, payload)
    return handedOver(socket)
  }
  const { act, leave } = makeActs(room, say)
  const { name, server } = room
  const greeting = {
    message: 'Connected to the gateway',
    room: name,
    server,
    timestamp: timestamp(Date.now()),
  }
  socket.emit('connected', greeting)
  return {
    take: (event, payloads) => {
      const command = readCommand(event, payloads)
      return command && act(command)
    },
    refused: (event, refusal) => {
      if (event === 'user_login') socket.emit('login_response', refusalBody(refusal))
      else void say(systemMessage(refusal.error, { code: refusal.code }))
    },
    ending: () => void say(systemMessage('The gateway is shutting down', { code: 'SHUTTING_DOWN' })),
    leave: async () => {
      await leave()
    },
  }
}

/**
 * Plain texts, for old pages and plain programs: whoever logs in talks in the room of the gateway, or to one recipient, and
 * sees who is there.
 */
export const talk = (desks: Desks, server: string, name: string): Dialect => {
  const sessions = new Set<Session>()
  const roster = makeRoster({
    ask: async () => {
      const [any] = sessions
      return any && presentIn(any.desk)
    },
    tell: (names) => {
      for (const { there } of sessions) there(names)
    },
  })
  const room: Room = { name, server, desks, roster, sessions }
  return { routes: [], welcome: (socket) => welcome(socket, room), close: roster.close }
}
