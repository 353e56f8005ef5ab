import { normalizeName } from '@sotto/client'
import { LaneError } from '@sotto/lane'
import type { Socket } from 'socket.io'
import type { Desks, Hearer } from '../desks.ts'
import type { Answer, Guest } from '../dialect.ts'
import { handedOver } from '../guests.ts'
import { refusalBody, refused } from '../refusal.ts'
import { readCbcEnvelope } from './cbcEnvelope.ts'
import type { Habits } from './habits.ts'
import type { Listener, Programs } from './programs.ts'
import type { RecipientKeys } from './recipientKeys.ts'
import { openSession, type Session } from './session.ts'
import { toldOf } from './told.ts'

/** What the connections of one gateway share. */
export interface Shared {
  readonly desks: Desks
  readonly keys: RecipientKeys
  readonly programs: Programs
  readonly habits: Habits
}

const fieldsOf = (payload: unknown): Readonly<Record<string, unknown>> =>
  typeof payload === 'object' && payload !== null ? { ...payload } : {}

/** An object, also where it comes as text. */
const objectOf = (value: unknown): unknown => {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value) as unknown
  } catch {
    return value
  }
}

const nameIn = (payload: unknown): unknown =>
  typeof payload === 'string' ? payload : fieldsOf(payload)['username']

const isSame = (given: unknown, name: string): boolean => {
  try {
    return given === undefined || (typeof given === 'string' && normalizeName(given) === name)
  } catch {
    return false
  }
}

const recipientOf = (given: string): string => {
  try {
    return normalizeName(given)
  } catch {
    throw new LaneError('USER_NOT_FOUND')
  }
}

/** One connected program: a sender, a receiver, or both at once. */
export const welcome = (socket: Socket, { desks, keys, programs, habits }: Shared): Guest => {
  let session: Session | null = null
  let listener: Listener | null = null

  const hearAs =
    (username: string, joined: Listener): Hearer =>
    async (event, { name }) => {
      const key = joined.key()
      if (!key) return false
      const told = toldOf(event, { username, key, suite: habits.suiteOf(name) })
      if (!told) return true
      socket.emit(told.event, told.payload)
      return handedOver(socket)
    }

  const leave = async (): Promise<void> => {
    listener?.leave()
    listener = null
    const ended = session
    session = null
    await ended?.leave()
  }

  const join = async (payload: unknown): Promise<Answer> => {
    const username = nameIn(payload)
    if (typeof username !== 'string') return refused('PAYLOAD_INVALID', 'join wants {username}', 'username')
    await leave()
    const opened = await openSession(desks, username)
    session = opened
    const { name } = opened.desk
    const listen = (): Promise<void> => opened.listen(hearAs(username, joined))
    const joined: Listener = programs.join(name, listen)
    listener = joined
    try {
      if (joined.key()) await listen()
    } catch (error) {
      await leave()
      throw error
    }
    return { ok: true, username: name, ...(joined.key() ? {} : { waiting_for: 'POST /register' }) }
  }

  const speaking = async (sender: unknown): Promise<Session | null> => {
    if (session) return isSame(sender, session.desk.name) ? session : null
    if (typeof sender !== 'string') return null
    session = await openSession(desks, sender)
    return session
  }

  const send = async (payload: unknown): Promise<Answer> => {
    const { sender, recipient, encrypted_payload: sealed } = fieldsOf(payload)
    const form = 'message wants {sender, recipient, encrypted_payload}'
    if (typeof recipient !== 'string') return refused('PAYLOAD_INVALID', form, 'recipient')
    if (sender === undefined ? session === null : typeof sender !== 'string')
      return refused('PAYLOAD_INVALID', form, 'sender')
    const speaker = await speaking(sender)
    if (!speaker) return refused('IDENTITY_MISMATCH', 'This connection has come under another name', 'sender')
    const { lane, name } = speaker.desk
    const to = recipientOf(recipient)
    const envelope = readCbcEnvelope(objectOf(sealed))
    if (!keys.has(to)) await lane.fingerprintOf(to)
    const { text, suite } = keys.open(to, envelope)
    habits.sealed(name, suite)
    return { ok: true, id: (await lane.send(to, text)).id }
  }

  return {
    take: (event, [payload]) => {
      switch (event) {
        case 'join':
          return join(payload)
        case 'leave':
          return leave().then(() => ({ ok: true }))
        case 'message':
          return send(payload)
        default:
          return undefined
      }
    },
    refused: (_event, refusal) => {
      socket.emit('error', refusalBody(refusal))
    },
    ending: () => {},
    leave,
  }
}
