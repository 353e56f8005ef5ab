import { type ContentAlgorithm, messageTextProblem, utf8Bytes } from '@sotto/protocol'
import { makeChats } from './chats.ts'
import { sealTo } from './envelope.ts'
import { makeEnding } from './ending.ts'
import type { LaneEvent, LaneListener } from './events.ts'
import { fail, LaneError } from './failure.ts'
import { type Identity, type PublicKeys, readPublicKeys, uploadOf } from './keys.ts'
import type { Opened } from './letterQueue.ts'
import type { Letter } from './letterRows.ts'
import { makeLetters } from './letters.ts'
import { isEnded, type WireOptions } from './line.ts'
import { nameOf } from './names.ts'
import { makeOnce } from './once.ts'
import { makePins } from './pins.ts'
import { allPages } from './pages.ts'
import { makePatience } from './patience.ts'
import { makePlaces } from './places.ts'
import { textOf } from './proof.ts'
import { asList, asNumber, asObject, asText, type Credentials, logIn, restCall } from './rest.ts'
import { makeRooms } from './rooms.ts'
import { makeSealing } from './sealing.ts'
import type { Cryptography, Jwk } from './ports/cryptography.ts'
import type { LanePorts } from './ports/index.ts'
import type { LaneStore } from './ports/store.ts'
import { isJsonObject, type JsonObject } from './strict.ts'
import { newUuid } from './uuid.ts'
import { openWire } from './wire.ts'

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

const quietMs = 1000
/** How long a listener may take when the lane is closed: one that waits for the end of the lane itself would wait for ever. */
const closeMaxMs = 10_000

/** The last session of a program: it ends by itself, and says afterwards who was let in before. */
const sessionRow = 'session'

const isBeyondToken = (error: unknown): boolean =>
  error instanceof LaneError && error.code === 'SCOPE_MISSING'

const personOf = (value: unknown): Person => {
  const { username, fingerprint } = asObject(value)
  return { name: asText(username), fingerprint: fingerprint === null ? null : asText(fingerprint) }
}

const presenceOf = (event: string, payload: JsonObject): LaneEvent | undefined => {
  const changes = {
    user_joined: 'joined',
    user_left: 'left',
    user_online: 'online',
    user_offline: 'offline',
  } as const
  const change = Object.hasOwn(changes, event) ? changes[event as keyof typeof changes] : undefined
  const { username: name, room_id: room, chat_id: chat } = payload
  if (change === undefined || typeof name !== 'string') return undefined
  const inRoom = typeof room === 'number' ? ({ kind: 'room', room } as const) : null
  const inChat = typeof chat === 'string' ? ({ kind: 'chat', chat } as const) : null
  return { kind: 'presence', name, change, place: inRoom ?? inChat }
}

const isLetter = (event: string, payload: JsonObject): boolean => {
  switch (event) {
    case 'message':
    case 'chat_invitation':
    case 'rekeyed':
      return true
    case 'new_message':
      return typeof payload['chat_id'] === 'string'
    default:
      return false
  }
}

/** A text that can be said. @throws LaneError `TEXT_EMPTY`, `TEXT_MALFORMED`, `PAYLOAD_TOO_LARGE` */
const checkText = (text: string): string => {
  switch (messageTextProblem(text)) {
    case 'empty':
      return fail('TEXT_EMPTY')
    case 'malformed':
      return fail('TEXT_MALFORMED')
    case 'long':
      return fail('PAYLOAD_TOO_LARGE')
    case undefined:
      return text
  }
}

/** One thing after the other: what is sent arrives in the order of the calls. */
const makeTurns = () => {
  let last: Promise<unknown> = Promise.resolve()
  return <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work)
    last = next.catch(() => {})
    return next
  }
}

/** The key that we have and the key that the server gives out for us must be the same, or others seal to another. */
const putUpKey = async (
  cryptography: Pick<Cryptography, 'keyOfPem' | 'thumbprint'>,
  call: (method: 'GET' | 'PUT', path: string, body?: unknown) => Promise<unknown>,
  identity: Identity,
  own: PublicKeys,
): Promise<void> => {
  const { public_key: served, scopes } = asObject(await call('GET', '/api/me'))
  if (served !== null && served !== undefined && (await readPublicKeys(cryptography, served)).pin === own.pin)
    return
  if (!asList(scopes).includes('account')) fail('SCOPE_MISSING')
  await call('PUT', '/api/me/public-key', { public_key: uploadOf(identity) })
}

/**
 * Logs in, puts up the public key where the server has none or another one, connects, and takes up what is waiting.
 *
 * @throws LaneError `INVALID_CREDENTIALS`, `UNAUTHORIZED`, `OFFLINE`, `SCOPE_MISSING`
 */
export const openLane = async (options: LaneOptions, ports: LanePorts): Promise<Lane> => {
  const { credentials, identity, store, onEvent, messages = 'tell', enc } = options
  const { clock, cryptography, transport } = ports
  const patience = makePatience(clock, cryptography)
  const name = nameOf(credentials.name)
  const own = await readPublicKeys(cryptography, uploadOf(identity))
  const inTurn = makeTurns()

  const logInAgain = async (): Promise<string> => {
    const session = await logIn(transport, credentials, store.get(sessionRow))
    // For the next login, of this program or of a later one. A power cut costs nothing but that.
    if (credentials.kind === 'program') store.write({ [sessionRow]: session }, 'program')
    return session
  }
  let token = await logInAgain()
  const call = async (method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown): Promise<unknown> =>
    restCall(transport, { method, path, token, ...(body === undefined ? {} : { body }) })

  const readOnce = (path: string): Promise<unknown> => call('GET', path)

  /** A reading that a session which has ended, or a wire that breaks, does not end. */
  const read = (path: string): Promise<unknown> =>
    patience.persistently(
      () =>
        call('GET', path).catch(async (error: unknown) => {
          const isOver = error instanceof LaneError && isEnded(error.code)
          if (!isOver || credentials.kind !== 'program') throw error
          token = await logInAgain()
          return call('GET', path)
        }),
      () => wire.state().kind !== 'refused',
    )

  const ending = makeEnding()
  const { whileOpen } = ending
  let giveUp: (error: unknown) => void = () => {}
  const failed = new Promise<never>((_, reject) => (giveUp = reject))
  failed.catch(() => {})
  let hasFailed = false
  const tell = async (event: LaneEvent): Promise<void> => {
    try {
      await onEvent?.(event)
    } catch (error) {
      hasFailed = true
      giveUp(error)
      throw error
    }
  }
  const tellSoon = (event: LaneEvent): void => {
    tell(event).catch(() => {})
  }

  await putUpKey(cryptography, call, identity, own).catch((error: unknown) => {
    if (credentials.kind === 'program' || !isBeyondToken(error)) throw error
  })

  const pins = makePins({
    cryptography,
    store,
    fetchKey: async (who) => {
      const answer = await read(`/api/users/public-key/${encodeURIComponent(who)}`)
      // JSON of something else says nothing about anybody.
      return isJsonObject(answer) && 'public_key' in answer ? answer['public_key'] : fail('OFFLINE')
    },
    tell: tellSoon,
  })
  const once = makeOnce(store)
  const places = makePlaces(store)
  const sealing = makeSealing(name, { ports, identity, own, pins })

  /**
   * Letters to ourselves, by what is sealed: mail comes in order, so what was there before has come when one of them has.
   * They are not kept, whether this program receives or not.
   */
  const markers = new Map<unknown, () => void>()
  const markerCame = (event: string, { sender, encrypted_payload: sealed }: JsonObject): boolean => {
    const came = event === 'message' && sender === name ? markers.get(sealed) : undefined
    came?.()
    return came !== undefined
  }
  const mailCaughtUp = async (): Promise<void> => {
    const jws = await sealing.signed(sealing.claims(name, { marker: newUuid(cryptography) }))
    const marker = await sealTo(cryptography, utf8Bytes(jws), own)
    const arrived = new Promise<void>((resolve) => markers.set(marker, resolve))
    try {
      await inTurn(() => wire.ask('message', { recipient: name, encrypted_payload: marker }))
      await arrived
    } catch (error) {
      if (!isBeyondToken(error)) throw error
      // A token that only reads cannot write to itself: what was there comes at once, or is told later.
      await patience.wait(quietMs)
    } finally {
      markers.delete(marker)
    }
  }

  const openMessage = async (payload: JsonObject): Promise<Opened> => {
    const from = asText(payload['sender'])
    const claims = await sealing.opened(payload['encrypted_payload'], from, name)
    // The marker of a program that has ended, or one that came twice.
    const isMarker = from === name && isJsonObject(claims.body)
    const text = isMarker ? '' : textOf(claims)
    once.check(claims)
    if (isMarker) return { events: [], claims, rows: {} }
    const event: LaneEvent = {
      kind: 'message',
      from,
      id: claims.jti,
      timeMs: claims.iat * 1000,
      text,
    }
    return { events: [event], claims, rows: {} }
  }

  const open = ({ event, payload }: Letter): Promise<Opened> => {
    switch (event) {
      case 'message':
        return openMessage(payload)
      case 'chat_invitation':
        return chats.invitationArrived(payload)
      case 'rekeyed':
        return typeof payload['room_id'] === 'number' ? rooms.keyArrived(payload) : chats.keyArrived(payload)
      default:
        return chats.messageArrived(payload)
    }
  }
  const letters = makeLetters({
    ports,
    patience,
    store,
    once,
    open,
    isWanted: ({ event }) => messages === 'tell' || event === 'rekeyed',
    tell,
  })

  let roomsCaughtUp: Promise<void> = Promise.resolve()
  /** We did not keep up, and the server has left out what can be read elsewhere. */
  const behind = (payload: JsonObject): void => {
    if (messages === 'tell')
      roomsCaughtUp = rooms.catchUpWith(asList(payload['rooms']).map(asNumber)).catch(() => {})
    chats.catchUpWith(asList(payload['chats']).map(asText)).catch(() => {})
  }

  const onWireEvent: WireOptions['onEvent'] = (event, payload) => {
    if (event === 'behind') return behind(payload)
    if (markerCame(event, payload)) return
    if (isLetter(event, payload)) return letters.arrived({ event, payload })
    if (messages === 'tell' && rooms.heard(event, payload)) return
    if (messages === 'keep' && event !== 'new_message') rooms.heard(event, payload)
    chats.heard(event, payload)
    const presence = presenceOf(event, payload)
    if (presence) tellSoon(presence)
  }

  const wire = openWire({
    transport,
    clock,
    patience,
    token: async (isFresh) => {
      if (isFresh) token = await logInAgain()
      return token
    },
    onEvent: onWireEvent,
    onState: (state) => {
      tellSoon({ kind: 'connection', state: state.kind })
      if (state.kind !== 'online') return
      pins.forgetAnswers()
      letters.takeUp()
      if (messages === 'tell') roomsCaughtUp = rooms.catchUp()
    },
  })

  const membersOf = (room: number) => allPages(read, `/api/rooms/${room}/members`, 'username')
  const rooms = makeRooms({
    ports,
    wire,
    store,
    places,
    sealing,
    pins,
    once,
    letters,
    isTold: messages === 'tell',
    fetchMembers: membersOf,
  })
  const chats = makeChats({ ports, wire, store, places, sealing, identity, pins, once })

  const caughtUp = async (): Promise<void> => {
    await mailCaughtUp()
    await roomsCaughtUp
    await letters.settled()
    if (hasFailed) await failed
  }

  try {
    await wire.ready()
  } catch (error) {
    wire.close()
    throw error
  }

  return {
    name,
    fingerprint: own.fingerprint,
    send: whileOpen((given, text) =>
      inTurn(async () => {
        const to = nameOf(given)
        checkText(text)
        const claims = sealing.claims(to, text)
        const jws = utf8Bytes(await sealing.signed(claims))
        const encrypted_payload = await sealTo(cryptography, jws, await pins.keysOf(to), enc)
        await wire.ask('message', { recipient: to, encrypted_payload })
        return { id: claims.jti }
      }),
    ),

    joinRoom: whileOpen((room) => inTurn(() => rooms.join(room))),
    leaveRoom: whileOpen((room) => inTurn(() => rooms.leave(room))),
    sendToRoom: whileOpen(async (room, text, key) => {
      const checked = checkText(text)
      if (key === undefined) return inTurn(() => rooms.send(room, checked))
      // It may have arrived: what was said by ourselves is told like everything else.
      if (rooms.isUnsure(room, key) && messages === 'tell') await caughtUp()
      return inTurn(() => rooms.sendOnce(room, checked, key))
    }),
    createRoom: whileOpen(async (roomName, { description = '', isPrivate = false } = {}) => {
      const body = { name: roomName, description, is_private: isPrivate }
      return asNumber(asObject(await call('POST', '/api/rooms', body))['room_id'])
    }),
    inviteToRoom: whileOpen(async (room, who) => {
      await call('POST', `/api/rooms/${room}/members`, { username: nameOf(who) })
    }),
    rooms: whileOpen(async () =>
      (await allPages(readOnce, '/api/rooms', 'id')).map((one) => {
        const room = asObject(one)
        return {
          kind: 'classic',
          room: asNumber(room['id']),
          name: asText(room['name']),
          isPrivate: room['is_private'] === true,
        }
      }),
    ),

    startChat: whileOpen((participants) =>
      inTurn(async () => chats.start([...new Set(participants.map((one) => nameOf(one)))])),
    ),
    joinChat: whileOpen((chat) => inTurn(() => chats.join(chat))),
    leaveChat: whileOpen((chat) => inTurn(() => chats.leave(chat))),
    sendToChat: whileOpen((chat, text) => inTurn(() => chats.send(chat, checkText(text)))),

    people: whileOpen(async () => (await allPages(readOnce, '/users', 'username')).map(personOf)),
    online: whileOpen(async () => (await allPages(readOnce, '/api/users/online', 'username')).map(personOf)),
    roomMembers: whileOpen(async (room) => (await membersOf(room)).map(personOf)),
    announce: whileOpen(async () => {
      await wire.ask('user_login', { username: name })
    }),
    setPresence: whileOpen(async (presence) => {
      await call('PUT', '/api/me/presence', { presence })
    }),
    fingerprintOf: whileOpen(async (who) => (await pins.keysOf(nameOf(who))).fingerprint),
    trust: whileOpen(async (given, fingerprint) => {
      const who = nameOf(given)
      await pins.trust(who, fingerprint)
      letters.takeUpOf(who)
    }),
    believe: whileOpen(async (given, publicKey) => {
      const who = nameOf(given)
      await pins.believe(who, publicKey)
      letters.takeUpOf(who)
    }),

    caughtUp: whileOpen(caughtUp),
    failed,
    close: async () => {
      ending.close()
      wire.close()
      letters.rest()
      if (!(await patience.hasSettled(letters.settled(), closeMaxMs))) letters.abandon()
    },
  }
}
