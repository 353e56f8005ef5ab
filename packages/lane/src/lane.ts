import type { ContentAlgorithm } from '@sotto/protocol'
import { type Chats, makeChats } from './chats.ts'
import { type Ending, makeEnding } from './ending.ts'
import type { LaneListener } from './events.ts'
import { fail } from './failure.ts'
import { type Identity, readPublicKeys, uploadOf } from './keys.ts'
import { type Letters, makeLetters } from './letters.ts'
import type { WireOptions } from './line.ts'
import { type Listening, listeningOf } from './listening.ts'
import { makeMarkers, type Markers } from './markers.ts'
import { nameOf } from './names.ts'
import { makeOnce } from './once.ts'
import { openLetter } from './openLetter.ts'
import { isBeyondToken, putUpKey } from './ownKey.ts'
import { makePatience } from './patience.ts'
import { makePins } from './pins.ts'
import { makePlaces } from './places.ts'
import type { Jwk } from './ports/cryptography.ts'
import type { LanePorts } from './ports/index.ts'
import type { LaneStore } from './ports/store.ts'
import { membersOf, requestsOf } from './requests.ts'
import { asList, asNumber, asText, type Credentials } from './rest.ts'
import { makeRooms, type Rooms } from './rooms.ts'
import { makeSealing } from './sealing.ts'
import { openSession, type Session } from './session.ts'
import { isJsonObject, type JsonObject } from './strict.ts'
import { openWire } from './wire.ts'
import { isLetter, presenceOf } from './wireEvents.ts'

export interface LaneOptions {
  readonly credentials: Credentials
  /** Private keys of the account; they stay here. */
  readonly identity: Identity
  /** Of this account alone. */
  readonly store: LaneStore
  /**
   * Told of everything, one after the other, and of what one sender sent in the order in which the server has it; the next
   * waits for a promise that it returns. One that throws has not been
   * told: the lane ends with its error, and the next that is opened on this store begins with that event.
   */
  readonly onEvent?: LaneListener
  /** Whether messages are told to this program, or are kept for the next one; keys of rooms are taken up anyway. */
  readonly messages?: 'tell' | 'keep'
  /** Content encryption of envelopes: `A256GCM` by default. */
  readonly enc?: ContentAlgorithm
}

export interface Person {
  readonly name: string
  readonly fingerprint: string | null
}

export interface RoomListing {
  /** A room of the open lane; rooms of people, which are not listed here, are `encrypted`. */
  readonly kind: 'classic'
  readonly room: number
  readonly name: string
  readonly isPrivate: boolean
}

/**
 * The open lane for one account. Every call rejects with a LaneError; whatever is said has something to see in it and
 * `limits.textBytesMax` bytes at most (`TEXT_EMPTY`, `PAYLOAD_TOO_LARGE`).
 */
export interface Lane {
  readonly name: string
  /** RFC 7638 thumbprint of our key, for others to compare. */
  readonly fingerprint: string
  /**
   * To one recipient, now or when he comes. Resolves when the server has it.
   *
   * @throws LaneError `USER_NOT_FOUND`, `KEY_NOT_FOUND`, `KEY_CHANGED`, `MAILBOX_FULL`, `QUOTA`, `PAYLOAD_TOO_LARGE`
   */
  send(to: string, text: string): Promise<{ readonly id: string }>

  /** Joins by number, or by name, which makes a public room that is not there. @throws LaneError `ROOM_NOT_FOUND` */
  joinRoom(room: number | string): Promise<number>
  leaveRoom(room: number): Promise<void>
  /**
   * Resolves when the server has it. Under a `key` of the caller's it is said once, however often it is asked for, also by
   * the next program, which is to ask for what it has not heard of in the order of before; the first text counts. Whether it
   * had arrived is known to who is told messages. `id` is 0 where the number was not told.
   */
  sendToRoom(room: number, text: string, key?: string): Promise<{ readonly id: number }>
  createRoom(name: string, options?: { description?: string; isPrivate?: boolean }): Promise<number>
  /** Lets somebody join a private room of ours. */
  inviteToRoom(room: number, name: string): Promise<void>
  rooms(): Promise<readonly RoomListing[]>

  /** `offline` are told when they come; `full` have no room in their mailboxes for it and are not in the chat. */
  startChat(
    participants: readonly string[],
  ): Promise<{ chat: string; offline: readonly string[]; full: readonly string[] }>
  joinChat(chat: string): Promise<void>
  leaveChat(chat: string): Promise<void>
  /**
   * Resolves when the server has it; `full` do not get it, because their mailboxes have no room for it.
   *
   * @throws LaneError `MAILBOX_FULL` where nobody else would get it, `QUOTA`
   */
  sendToChat(chat: string, text: string): Promise<{ readonly full: readonly string[] }>

  people(): Promise<readonly Person[]>
  online(): Promise<readonly Person[]>
  /** Who is in a room of ours, there or not. @throws LaneError `NOT_MEMBER` */
  roomMembers(room: number): Promise<readonly Person[]>
  /** Tells those who share a room or a chat that we are there; that we have gone they are told by the server. */
  announce(): Promise<void>
  setPresence(presence: 'visible' | 'hidden'): Promise<void>
  /** The fingerprint that is believed to be somebody's. @throws LaneError `KEY_CHANGED` */
  fingerprintOf(name: string): Promise<string>
  /** Believes the key that the server says now, if this is its fingerprint. @throws LaneError `KEY_CHANGED` */
  trust(name: string, fingerprint: string): Promise<void>
  /** Believes a key that came by another way. */
  believe(name: string, publicKey: Jwk | string): Promise<void>

  /**
   * Resolves when all that the server had when this was asked is told, or kept for the next program. Rejects with what the
   * listener threw.
   */
  caughtUp(): Promise<void>
  /** Rejects with what the listener threw. */
  readonly failed: Promise<never>
  /**
   * Ends after what has arrived is told, or after 10 s, whatever the listener does; what comes later waits at the server.
   * Every other call that is open then, or comes later, rejects with `CLOSED`.
   */
  close(): Promise<void>
}

/** How long a listener may take when the lane is closed: one that waits for the end of the lane itself would wait for ever. */
const closeMaxMs = 10_000

/** One thing after the other: what is sent arrives in the order of the calls. */
const makeTurns = () => {
  let last: Promise<unknown> = Promise.resolve()
  return <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work)
    last = next.catch(() => {})
    return next
  }
}

/** What hears of the wire. */
interface Hearing {
  readonly isTold: boolean
  readonly listening: Listening
  readonly markers: Markers
  readonly letters: Letters
  readonly rooms: Rooms
  readonly chats: Chats
  /** Resolves when what was missed in rooms is told. */
  roomsCaughtUp: Promise<void>
}

/** We did not keep up, and the server has left out what can be read elsewhere. */
const behind = (hearing: Hearing, payload: JsonObject): void => {
  const { isTold, rooms, chats } = hearing
  if (isTold)
    hearing.roomsCaughtUp = rooms.catchUpWith(asList(payload['rooms']).map(asNumber)).catch(() => {})
  chats.catchUpWith(asList(payload['chats']).map(asText)).catch(() => {})
}

const hear = (hearing: Hearing, event: string, payload: JsonObject): void => {
  const { isTold, listening, markers, letters, rooms, chats } = hearing
  if (event === 'behind') return behind(hearing, payload)
  if (markers.came(event, payload)) return
  if (isLetter(event, payload)) return letters.arrived({ event, payload })
  if (isTold && rooms.heard(event, payload)) return
  if (!isTold && event !== 'new_message') rooms.heard(event, payload)
  chats.heard(event, payload)
  const presence = presenceOf(event, payload)
  if (presence) listening.tellSoon(presence)
}

/** The key that the server gives out for somebody. @throws LaneError what asking throws */
const fetchKey = async ({ read }: Session, who: string): Promise<unknown> => {
  const answer = await read(`/api/users/public-key/${encodeURIComponent(who)}`)
  // JSON of something else says nothing about anybody.
  return isJsonObject(answer) && 'public_key' in answer ? answer['public_key'] : fail('OFFLINE')
}

/** The same requests, each of which settles when the lane ends. */
const endingWith = <R extends Record<string, (...input: never[]) => Promise<unknown>>>(
  { whileOpen }: Ending,
  requests: R,
): R => Object.fromEntries(Object.entries(requests).map(([name, request]) => [name, whileOpen(request)])) as R

/**
 * Logs in, puts up the public key where the server has none or another one, connects, and takes up what is waiting.
 *
 * @throws LaneError `INVALID_CREDENTIALS`, `UNAUTHORIZED`, `OFFLINE`, `SCOPE_MISSING`
 */
export const openLane = async (options: LaneOptions, ports: LanePorts): Promise<Lane> => {
  const { credentials, identity, store, messages = 'tell', enc } = options
  const { clock, cryptography, transport } = ports
  const isTold = messages === 'tell'
  const patience = makePatience(clock, cryptography)
  const name = nameOf(credentials.name)
  const own = await readPublicKeys(cryptography, uploadOf(identity))
  const inTurn = makeTurns()
  const ending = makeEnding()
  const listening = listeningOf(options.onEvent)
  const isHopeful = (): boolean => wire.state().kind !== 'refused'
  const session = await openSession({ transport, credentials, store, patience, isHopeful })
  await putUpKey(cryptography, session.call, identity, own).catch((error: unknown) => {
    if (credentials.kind === 'program' || !isBeyondToken(error)) throw error
  })

  const pins = makePins({
    cryptography,
    store,
    fetchKey: (who) => fetchKey(session, who),
    tell: listening.tellSoon,
  })
  const once = makeOnce(store)
  const places = makePlaces(store)
  const sealing = makeSealing(name, { ports, identity, own, pins })
  const letters = makeLetters({
    ports,
    patience,
    store,
    once,
    open: (letter) => openLetter({ sealing, once, rooms, chats }, letter),
    isWanted: ({ event }) => isTold || event === 'rekeyed',
    tell: listening.tell,
  })
  const send = (payload: JsonObject): Promise<unknown> => inTurn(() => wire.ask('message', payload))
  const markers = makeMarkers({ name, own, cryptography, sealing, patience, send })

  const onState: WireOptions['onState'] = (state) => {
    listening.tellSoon({ kind: 'connection', state: state.kind })
    if (state.kind !== 'online') return
    pins.forgetAnswers()
    letters.takeUp()
    if (isTold) hearing.roomsCaughtUp = rooms.catchUp()
  }
  const onEvent: WireOptions['onEvent'] = (event, payload) => hear(hearing, event, payload)
  const wire = openWire({ transport, clock, patience, token: session.token, onEvent, onState })
  const common = { ports, wire, store, places, sealing, pins, once }
  const fetchMembers = (room: number) => membersOf(session, room)
  const rooms = makeRooms({ ...common, letters, isTold, fetchMembers })
  const chats = makeChats({ ...common, identity })
  const hearing: Hearing = {
    isTold,
    listening,
    markers,
    letters,
    rooms,
    chats,
    roomsCaughtUp: Promise.resolve(),
  }

  const caughtUp = async (): Promise<void> => {
    await markers.caughtUp()
    await hearing.roomsCaughtUp
    await letters.settled()
    await listening.check()
  }
  const requests = requestsOf({
    cryptography,
    enc,
    isTold,
    session,
    sealing,
    pins,
    wire,
    rooms,
    chats,
    letters,
    inTurn,
    caughtUp,
  })

  try {
    await wire.ready()
  } catch (error) {
    wire.close()
    throw error
  }
  return {
    name,
    fingerprint: own.fingerprint,
    ...endingWith(ending, { ...requests, caughtUp }),
    failed: listening.failed,
    close: async () => {
      ending.close()
      wire.close()
      letters.rest()
      if (!(await patience.hasSettled(letters.settled(), closeMaxMs))) letters.abandon()
    },
  }
}
