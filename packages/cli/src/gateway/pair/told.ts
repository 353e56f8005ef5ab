import { type LaneEvent, LaneError } from '@sotto/lane'
import { refusalBody, refused } from '../refusal.ts'
import { sealCbc, type Suite } from './cbcEnvelope.ts'
import type { ProgramKey } from './programKey.ts'

/** What an old receiver hears. */
export interface Told {
  readonly event: 'message' | 'error'
  readonly payload: Readonly<Record<string, unknown>>
}

/** The program that is told: under which name it came, and how it decrypts. */
export interface Receiver {
  readonly username: string
  readonly key: ProgramKey
  readonly suite: Suite
}

const message = (sender: string, text: string, { username, key, suite }: Receiver): Told => ({
  event: 'message',
  payload: { sender, recipient: username, encrypted_payload: sealCbc(text, key.publicKey, suite) },
})

const trouble = (code: string, words: string, username: string): Told => ({
  event: 'error',
  payload: { ...refusalBody(refused(code, words)), username },
})

/** What a receiver is told of an event of the lane; null for what does not concern it. */
export const toldOf = (event: LaneEvent, receiver: Receiver): Told | null => {
  switch (event.kind) {
    case 'message':
      return message(event.from, event.text, receiver)
    case 'place_message':
      // A room keeps what was said in it; a chat is told once.
      return event.place.kind === 'chat' && !event.own ? message(event.from, event.text, receiver) : null
    case 'refused':
      return trouble(
        event.code,
        `A message from ${event.from} could not be opened: ${new LaneError(event.code).message}`,
        event.from,
      )
    case 'key_changed':
      return trouble(
        'KEY_CHANGED',
        `The key of ${event.name} has changed and is not trusted; compare it, then: sotto lane trust`,
        event.name,
      )
    case 'presence':
    case 'invitation':
    case 'key_pinned':
    case 'connection':
      return null
  }
}
