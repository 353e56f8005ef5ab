import { EventEmitter } from 'node:events'
import { OpenRefusal } from '../failure.ts'
import { isJsonObject, parseStrictJson } from '../form/strictJson.ts'

/**
 * Packets of Socket.IO protocol 5, read by our own rules: one namespace, no binary attachments, JSON that has one
 * meaning. The library's parser would take a key twice and any depth.
 */
export const packetType = { connect: 0, disconnect: 1, event: 2, ack: 3, connectError: 4 } as const

interface Packet {
  readonly type: number
  readonly nsp: string
  readonly id?: number
  readonly data?: unknown
}

const form = /^([012])(\d{1,15})?([[{].*)?$/s

/** Names that mean something to the library itself. */
const reserved: ReadonlySet<string> = new Set([
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
])

const malformed = (): never => {
  throw new Error('no packet')
}

/**
 * Reads an event when it is its turn: while it waits it is a text, which takes no more memory than it took to send.
 *
 * @throws OpenRefusal `PAYLOAD_INVALID`, `EVENT_UNKNOWN`: whoever sent it is told, and the socket stays
 */
export const readEvent = (json: string): { readonly name: string; readonly payloads: readonly unknown[] } => {
  const data = parseStrictJson(json)
  if (!Array.isArray(data)) throw new OpenRefusal('PAYLOAD_INVALID')
  const [name, ...payloads] = data as readonly unknown[]
  if (typeof name !== 'string' || reserved.has(name)) throw new OpenRefusal('EVENT_UNKNOWN')
  return { name, payloads }
}

/** What the library takes for the name of every event; the event itself, unread, stands behind it. */
const unread = 'event'

/** @throws Error for what no client of ours would send; the library then closes the connection */
export const readPacket = (text: unknown): Packet => {
  const [, type, id, json] = (typeof text === 'string' ? form.exec(text) : null) ?? malformed()
  switch (Number(type)) {
    case packetType.connect: {
      const auth = json === undefined ? {} : parseStrictJson(json)
      return isJsonObject(auth) && id === undefined
        ? { type: packetType.connect, nsp: '/', data: auth }
        : malformed()
    }
    case packetType.disconnect:
      return json === undefined ? { type: packetType.disconnect, nsp: '/' } : malformed()
    default: {
      const event = { type: packetType.event, nsp: '/', data: [unread, json ?? malformed()] }
      return id === undefined ? event : { ...event, id: Number(id) }
    }
  }
}

export const writePacket = ({ type, nsp, id, data }: Packet): string =>
  `${type}${nsp === '/' ? '' : `${nsp},`}${id ?? ''}${data === undefined || data === null ? '' : JSON.stringify(data)}`

class Encoder {
  encode(packet: Packet): readonly string[] {
    return [writePacket(packet)]
  }
}

class Decoder extends EventEmitter {
  add(text: unknown): void {
    this.emit('decoded', readPacket(text))
  }

  destroy(): void {
    this.removeAllListeners()
  }
}

/** What Socket.IO asks of a parser. */
export const codec = { Encoder, Decoder }
