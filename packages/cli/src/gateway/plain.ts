import { SottoError } from '@sotto/client'
import { type LaneEvent, LaneError } from '@sotto/client/open'
import { timestamp } from '../time.ts'

/** What plain programs say and hear. The event alone says what is meant; a text is never looked into. */
export type Told =
  | { readonly event: 'chat_message'; readonly payload: Readonly<Record<string, unknown>> }
  | { readonly event: 'system_message'; readonly payload: Readonly<Record<string, unknown>> }

const nowText = (): string => timestamp(Date.now())

export const systemMessage = (message: string, more: Readonly<Record<string, unknown>> = {}): Told => ({
  event: 'system_message',
  payload: { message, timestamp: nowText(), ...more },
})

/** A failure as an acknowledgement and a `system_message` carry it. */
export const failureOf = (error: unknown): { readonly error: string; readonly code: string } => {
  if (error instanceof LaneError) return { error: error.message, code: error.code }
  if (error instanceof SottoError) return { error: error.message, code: error.code.toUpperCase() }
  return { error: 'Something went wrong on our side', code: 'INTERNAL' }
}

/** What a plain program is told of an event of the lane; null for what does not concern it. */
export const plainOf = (event: LaneEvent, room: number): Told | null => {
  switch (event.kind) {
    case 'message': {
      const { from, id, timeMs, text } = event
      const payload = { username: from, message: text, timestamp: timestamp(timeMs), id, private: true }
      return { event: 'chat_message', payload }
    }
    case 'place_message': {
      const { place, from, own, id, timeMs, text } = event
      const payload = { username: from, message: text, timestamp: timestamp(timeMs), id, own }
      switch (place.kind) {
        case 'chat':
          return { event: 'chat_message', payload: { ...payload, chat: place.chat } }
        case 'room':
          // Other rooms keep what was said there; a chat is told once.
          return place.room === room ? { event: 'chat_message', payload } : null
      }
    }
    case 'presence': {
      const { name, change, place } = event
      if (place?.kind !== 'room' || place.room !== room) return null
      return systemMessage(`${name} has ${change}`, { username: name, change })
    }
    case 'key_changed': {
      const { name, known, told } = event
      const text = `The key of ${name} has changed and is not believed; compare it, then: sotto lane trust`
      return systemMessage(text, { code: 'KEY_CHANGED', username: name, known, told })
    }
    case 'refused':
      return systemMessage(
        `A message from ${event.from} could not be opened: ${new LaneError(event.code).message}`,
        {
          code: event.code,
          username: event.from,
        },
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
      return null
  }
}
