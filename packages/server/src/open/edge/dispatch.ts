import { isPlaintext } from '@sotto/protocol'
import { needScope } from '../accounts/sessions.ts'
import { type OpenEvent, replacedEvents } from '../events.ts'
import { inField, ofFields, OpenRefusal, refuse, type RefusalDetail } from '../failure.ts'
import { isJsonObject, type JsonObject } from '../form/strictJson.ts'
import { checkIdentity } from '../identity.ts'
import { chatEvents, type ChatEventServices } from './events/chatEvents.ts'
import type { Acknowledged, Asked, Handler } from './events/handler.ts'
import { keyEvents, type KeyEventServices } from './events/keyEvents.ts'
import { messageEvents, type MessageEventServices } from './events/messageEvents.ts'
import { presenceEvents, type PresenceEventServices } from './events/presenceEvents.ts'
import { roomEvents, type RoomEventServices } from './events/roomEvents.ts'

export type Dispatch = (event: string, payload: unknown, asked: Asked) => Promise<Acknowledged>

type Services = RoomEventServices &
  ChatEventServices &
  MessageEventServices &
  PresenceEventServices &
  KeyEventServices

/** Fields that say who somebody is, in whatever event they stand. */
const identityFields = ['username', 'sender', 'initiator'] as const

const contentEvents: ReadonlySet<string> = new Set(['message', 'send_message'])

/** A text, or a field with one, where ciphertext belongs. */
const looksPlain = (payload: unknown, known: JsonObject): boolean =>
  typeof payload === 'string' ||
  (isJsonObject(payload) &&
    isPlaintext(Object.fromEntries(Object.entries(payload).filter(([name]) => !Object.hasOwn(known, name)))))

const propertiesOf = ({ input }: OpenEvent<unknown>): JsonObject => input.schema['properties'] as JsonObject

const chosen = (dialects: readonly Handler[], payload: unknown): Handler | undefined =>
  dialects.find(
    ({ event: { toldBy } }) => toldBy === null || (isJsonObject(payload) && Object.hasOwn(payload, toldBy)),
  )

/** What is missing where a payload is of none of the dialects. */
const placeless = ([first]: readonly Handler[]): RefusalDetail => {
  const field = first?.event.toldBy
  return field === null || field === undefined ? {} : { field, fault: 'missing' }
}

/** Of one event in two dialects the first is chosen where a payload is of both. */
const handlersOf = (services: Services): readonly Handler[] => [
  ...roomEvents(services),
  ...chatEvents(services),
  ...messageEvents(services),
  ...presenceEvents(services),
  ...keyEvents(services),
]

/** @throws OpenRefusal `EVENT_REPLACED`, `EVENT_UNKNOWN` */
const refuseEvent = (name: string): never => {
  const instead = Object.hasOwn(replacedEvents, name) ? replacedEvents[name] : undefined
  if (instead !== undefined) throw new OpenRefusal('EVENT_REPLACED', { instead })
  return refuse('EVENT_UNKNOWN')
}

/** Finds the dialect of an event by the shape of its payload, checks who says he sent it, and has it answered. */
export const makeDispatch = (services: Services): Dispatch => {
  const handlers = Map.groupBy(handlersOf(services), ({ event }) => event.event)
  return async (name, payload, asked) => {
    const dialects = handlers.get(name) ?? refuseEvent(name)
    const handler = chosen(dialects, payload)
    const known = handler ? propertiesOf(handler.event) : {}
    if (contentEvents.has(name) && looksPlain(payload, known)) refuse('PLAINTEXT_REFUSED')
    if (!handler) throw new OpenRefusal('PAYLOAD_INVALID', placeless(dialects))
    needScope(asked.caller, handler.event.scope)
    const input = handler.event.input.read(payload ?? {}) as JsonObject
    for (const field of identityFields)
      inField(field, () => checkIdentity(input[field] as string | undefined, asked.caller.user.name))
    try {
      return await handler.handle(input, asked)
    } catch (error) {
      throw ofFields(error, Object.keys(known))
    }
  }
}
