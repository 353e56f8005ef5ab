import { type OpenEvent, openEvents } from '../events.ts'
import { openFailures } from '../failure.ts'
import type { JsonSchema } from '../form/shape.ts'
import { acknowledgement, serverEvents } from '../serverEvents.ts'
import { about, title } from './about.ts'

// oxlint-disable-next-line typescript/no-explicit-any -- only the schema of the input is read
type AnyEvent = OpenEvent<any>

const reference = ($ref: string) => ({ $ref })
const messageReference = (key: string) => reference(`#/channels/socket/messages/${key}`)

const clientKey = ({ name }: AnyEvent): string => name
const serverKey = (event: string, at: number, count: number): string =>
  count === 1 ? `heard_${event}` : `heard_${event}_${at + 1}`
const acknowledgementKey = 'acknowledgement'

const codesText = ({ codes }: AnyEvent): string =>
  codes.map((code) => `\`${code}\`: ${openFailures[code].text}`).join('\n\n')

const clientMessage = (event: AnyEvent): object => ({
  name: event.event,
  title: event.name,
  summary: event.summary,
  description: [`An access token needs the scope \`${event.scope}\`.`, codesText(event)].join('\n\n').trim(),
  contentType: 'application/json',
  payload: event.input.schema,
})

const serverMessage = (event: string, payload: JsonSchema): object => ({
  name: event,
  title: event,
  contentType: 'application/json',
  payload,
})

/** What the server sends, one message for each dialect. */
const heard = (): readonly (readonly [key: string, event: string, payload: JsonSchema])[] =>
  Object.entries(serverEvents).flatMap(([event, dialects]) =>
    dialects.map((payload, at) => [serverKey(event, at, dialects.length), event, payload] as const),
  )

/** The sockets of the open lane: AsyncAPI 3, from the server's point of view, made of the schemas that it checks by. */
export const asyncApiDocument = (): Readonly<Record<string, unknown>> => {
  const events: readonly AnyEvent[] = Object.values(openEvents)
  const messages = {
    ...Object.fromEntries(events.map((event) => [clientKey(event), clientMessage(event)])),
    ...Object.fromEntries(heard().map(([key, event, payload]) => [key, serverMessage(event, payload)])),
    [acknowledgementKey]: {
      name: acknowledgementKey,
      title: 'The acknowledgement of an event',
      contentType: 'application/json',
      payload: acknowledgement,
    },
  }
  return {
    asyncapi: '3.0.0',
    info: {
      title: `${title}: Socket.IO`,
      version: about.version,
      description: about.description,
      license: { name: about.license.name },
    },
    defaultContentType: 'application/json',
    servers: {
      sotto: {
        host: 'localhost:5000',
        pathname: '/socket.io/',
        protocol: 'ws',
        description: 'Socket.IO 4 (EIO=4), namespace /, polling and WebSocket, no binary packets.',
        security: [reference('#/components/securitySchemes/token')],
      },
    },
    channels: {
      socket: {
        address: '/',
        title: 'The namespace /',
        description: 'The name of a message is that of the event; its payload is the one argument.',
        messages: Object.fromEntries(
          Object.keys(messages).map((key) => [key, reference(`#/components/messages/${key}`)]),
        ),
      },
    },
    operations: {
      ...Object.fromEntries(
        events.map((event) => [
          clientKey(event),
          {
            action: 'receive',
            channel: reference('#/channels/socket'),
            summary: event.summary,
            messages: [messageReference(clientKey(event))],
            reply: {
              channel: reference('#/channels/socket'),
              messages: [messageReference(acknowledgementKey)],
            },
          },
        ]),
      ),
      ...Object.fromEntries(
        heard().map(([key]) => [
          key,
          { action: 'send', channel: reference('#/channels/socket'), messages: [messageReference(key)] },
        ]),
      ),
    },
    components: {
      messages,
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'As auth {token} of the socket, as header, or as the cookie of POST /login.',
        },
      },
    },
  }
}
