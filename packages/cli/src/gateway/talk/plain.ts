import { type LaneEvent, LaneError } from '@sotto/lane'
import { timestamp } from '../../time.ts'

/** What plain programs hear. The event alone says what is meant; a text is never looked into. */
export interface Told {
  readonly event: 'chat_message' | 'system_message' | 'login_response' | 'logout_response' | 'user_list'
  readonly payload: Readonly<Record<string, unknown>>
}

export const systemMessage = (message: string, more: Readonly<Record<string, unknown>> = {}): Told => ({
  event: 'system_message',
  payload: { message, timestamp: timestamp(Date.now()), ...more },
})

interface Said {
  readonly from: string
  readonly own: boolean
  readonly id: string
  readonly timeMs: number
  readonly text: string
}

/** `sender` and `self` are what old pages call `username` and `own`. */
const chatMessage = (
  { from, own, id, timeMs, text }: Said,
  more: Readonly<Record<string, unknown>> = {},
): Told => ({
  event: 'chat_message',
  payload: {
    username: from,
    sender: from,
    message: text,
    timestamp: timestamp(timeMs),
    id,
    own,
    self: own,
    ...more,
  },
})

/** What a plain program is told of an event of the lane; null for what does not concern it. */
export const plainOf = (event: LaneEvent, room: number): Told | null => {
  switch (event.kind) {
    case 'message':
      return chatMessage({ ...event, own: false }, { private: true })
    case 'place_message':
      switch (event.place.kind) {
        case 'chat':
          return chatMessage(event, { chat: event.place.chat })
        case 'room':
          // Other rooms keep what was said there; a chat is told once.
          return event.place.room === room ? chatMessage(event) : null
      }
    case 'key_changed': {
      const { name, known, told } = event
      const text = `The key of ${name} has changed and is not trusted; compare it, then: sotto lane trust`
      return systemMessage(text, { code: 'KEY_CHANGED', username: name, known, told })
    }
    case 'refused':
      return systemMessage(
        `A message from ${event.from} could not be opened: ${new LaneError(event.code).message}`,
        { code: event.code, username: event.from },
      )
    case 'connection':
      return systemMessage(`The connection to the server is ${event.state}`, { connection: event.state })
    case 'invitation': {
      const { chat, from, participants } = event
      return systemMessage(`${from} invites to a chat`, {
        code: 'INVITATION',
        username: from,
        chat,
        participants,
      })
    }
    case 'key_pinned':
    // Who is there is told by the roster.
    case 'presence':
      return null
  }
}
