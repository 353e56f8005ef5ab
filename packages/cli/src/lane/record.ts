import { type LaneEvent, LaneError, type Place } from '@sotto/lane'
import { timestamp } from '../time.ts'

const whereOf = (place: Place): Readonly<Record<string, unknown>> =>
  place.kind === 'room' ? { room: place.room } : { chat: place.chat }

/** What is printed of something that arrived; null for what is no message. */
export const laneRecord = (event: LaneEvent): Readonly<Record<string, unknown>> | null => {
  switch (event.kind) {
    case 'message': {
      const { from, id, timeMs, text } = event
      return { from, id, time: timestamp(timeMs), text }
    }
    case 'place_message': {
      const { place, from, id, timeMs, text } = event
      return { ...whereOf(place), from, id, time: timestamp(timeMs), text }
    }
    case 'invitation':
    case 'presence':
    case 'key_pinned':
    case 'key_changed':
    case 'refused':
    case 'connection':
      return null
  }
}

/** What both people and programs should know beside the messages; null for the rest. */
export const laneNotice = (
  event: LaneEvent,
): { readonly value: Readonly<Record<string, unknown>>; readonly text: string } | null => {
  switch (event.kind) {
    case 'key_changed': {
      const { name, known, told } = event
      const text =
        `The server gives another key for ${name}: ${told}, not ${known}. It is not trusted. ` +
        `Compare it with ${name} over another channel, then: sotto lane trust ${name} ${told}`
      return { value: { notice: 'key_changed', name, known, told }, text }
    }
    case 'refused': {
      const { from, place, code } = event
      const why = new LaneError(code).message
      return {
        value: { notice: 'refused', ...(place ? whereOf(place) : {}), from, code, why },
        text: `A message from ${from} could not be opened: ${why} (${code})`,
      }
    }
    case 'invitation': {
      const { chat, from, participants } = event
      return { value: { notice: 'invitation', chat, from, participants }, text: `${from} invites to a chat` }
    }
    case 'message':
    case 'place_message':
    case 'presence':
    case 'key_pinned':
    case 'connection':
      return null
  }
}
