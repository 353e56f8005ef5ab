import type { LaneEvent } from './events.ts'
import type { Clock } from './ports/clock.ts'
import type { Cryptography } from './ports/cryptography.ts'
import { asObject, asText } from './rest.ts'
import { type JsonObject, parseStrict } from './strict.ts'

/** Something that the server keeps for us until it has arrived. */
export interface Letter {
  readonly event: string
  readonly payload: JsonObject
}

/** Letters as they arrived. */
export const arrivedPrefix = 'letter/'
/** Letters that wait for somebody's key to be believed. */
export const heldFolder = 'held/'
export const heldPrefix = (name: string): string => `${heldFolder}${name}/`

/** Keys in the order of arrival, of several programs on one store too. */
export const makeArrivedKeys = (clock: Pick<Clock, 'nowMs'>, { random }: Pick<Cryptography, 'random'>) => {
  let count = 0
  /** A clock that is set back does not put a letter before those that came before it. */
  let newestMs = 0
  const part = (value: number, length: number): string => value.toString(36).padStart(length, '0')
  return (): string => {
    const chance = random(4).reduce((value, byte) => value * 256 + byte, 0)
    newestMs = Math.max(newestMs, clock.nowMs())
    return `${arrivedPrefix}${part(newestMs, 9)}${part(count++, 6)}${part(chance, 7)}`
  }
}

/** @throws LaneError for what is no letter */
export const readLetter = (row: string): Letter => {
  const { event, payload } = asObject(parseStrict(row))
  return { event: asText(event), payload: asObject(payload) }
}

export const senderOf = ({ payload }: Letter): string => {
  const { sender, initiator } = payload
  return typeof sender === 'string' ? sender : typeof initiator === 'string' ? initiator : ''
}

/** What is told of a letter that is refused. */
export const refusalOf = (
  letter: Letter,
  code: (LaneEvent & { kind: 'refused' })['code'],
): LaneEvent & { kind: 'refused' } => {
  const { chat_id: chat, room_id: room } = letter.payload
  const inChat = typeof chat === 'string' ? ({ kind: 'chat', chat } as const) : null
  const inRoom = typeof room === 'number' ? ({ kind: 'room', room } as const) : null
  return { kind: 'refused', from: senderOf(letter), place: inChat ?? inRoom, code }
}
