import { type ContentAlgorithm, messageTextProblem, utf8Bytes } from '@sotto/protocol'
import type { Chats } from './chats.ts'
import { sealTo } from './envelope.ts'
import { fail } from './failure.ts'
import type { Lane, Person, RoomListing } from './lane.ts'
import type { Letters } from './letters.ts'
import { nameOf } from './names.ts'
import { allPages } from './pages.ts'
import type { Pins } from './pins.ts'
import type { Cryptography } from './ports/cryptography.ts'
import { asNumber, asObject, asText } from './rest.ts'
import type { Rooms } from './rooms.ts'
import type { Sealing } from './sealing.ts'
import type { Session } from './session.ts'
import type { Wire } from './wire.ts'

/** What the requests of a lane are carried out with. */
export interface RequestDeps {
  readonly cryptography: Cryptography
  readonly enc: ContentAlgorithm | undefined
  readonly isTold: boolean
  readonly session: Session
  readonly sealing: Sealing
  readonly pins: Pins
  readonly wire: Wire
  readonly rooms: Rooms
  readonly chats: Chats
  readonly letters: Letters
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>
  caughtUp(): Promise<void>
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

const personOf = (value: unknown): Person => {
  const { username, fingerprint } = asObject(value)
  return { name: asText(username), fingerprint: fingerprint === null ? null : asText(fingerprint) }
}

const roomOf = (value: unknown): RoomListing => {
  const room = asObject(value)
  return {
    kind: 'classic',
    room: asNumber(room['id']),
    name: asText(room['name']),
    isPrivate: room['is_private'] === true,
  }
}

/** To one person. */
const sendingOf = (deps: RequestDeps): Pick<Lane, 'send'> => ({
  send: (given, text) =>
    deps.inTurn(async () => {
      const { sealing, cryptography, pins, wire, enc } = deps
      const to = nameOf(given)
      checkText(text)
      const claims = sealing.claims(to, text)
      const jws = utf8Bytes(await sealing.signed(claims))
      const encrypted_payload = await sealTo(cryptography, jws, await pins.keysOf(to), enc)
      await wire.ask('message', { recipient: to, encrypted_payload })
      return { id: claims.jti }
    }),
})

type RoomRequests = Pick<
  Lane,
  'joinRoom' | 'leaveRoom' | 'sendToRoom' | 'createRoom' | 'inviteToRoom' | 'rooms' | 'roomMembers'
>

export const membersOf = ({ read }: Session, room: number): Promise<readonly unknown[]> =>
  allPages(read, `/api/rooms/${room}/members`, 'username')

const roomRequestsOf = ({ session, rooms, inTurn, isTold, caughtUp }: RequestDeps): RoomRequests => ({
  joinRoom: (room) => inTurn(() => rooms.join(room)),
  leaveRoom: (room) => inTurn(() => rooms.leave(room)),
  sendToRoom: async (room, text, key) => {
    const checked = checkText(text)
    if (key === undefined) return inTurn(() => rooms.send(room, checked))
    // It may have arrived: what was said by ourselves is told like everything else.
    if (rooms.isUnsure(room, key) && isTold) await caughtUp()
    return inTurn(() => rooms.sendOnce(room, checked, key))
  },
  createRoom: async (name, { description = '', isPrivate = false } = {}) => {
    const body = { name, description, is_private: isPrivate }
    return asNumber(asObject(await session.call('POST', '/api/rooms', body))['room_id'])
  },
  inviteToRoom: async (room, who) => {
    await session.call('POST', `/api/rooms/${room}/members`, { username: nameOf(who) })
  },
  rooms: async () => (await allPages(session.readOnce, '/api/rooms', 'id')).map(roomOf),
  roomMembers: async (room) => (await membersOf(session, room)).map(personOf),
})

type ChatRequests = Pick<Lane, 'startChat' | 'joinChat' | 'leaveChat' | 'sendToChat'>

const chatRequestsOf = ({ chats, inTurn }: RequestDeps): ChatRequests => ({
  startChat: (participants) =>
    inTurn(async () => chats.start([...new Set(participants.map((one) => nameOf(one)))])),
  joinChat: (chat) => inTurn(() => chats.join(chat)),
  leaveChat: (chat) => inTurn(() => chats.leave(chat)),
  // Async: what is refused before it is sent rejects, too.
  sendToChat: async (chat, text) => {
    const checked = checkText(text)
    return inTurn(() => chats.send(chat, checked))
  },
})

type PeopleRequests = Pick<
  Lane,
  'people' | 'online' | 'announce' | 'setPresence' | 'fingerprintOf' | 'trust' | 'believe'
>

const peopleRequestsOf = ({ session, sealing, pins, wire, letters }: RequestDeps): PeopleRequests => ({
  people: async () => (await allPages(session.readOnce, '/users', 'username')).map(personOf),
  online: async () => (await allPages(session.readOnce, '/api/users/online', 'username')).map(personOf),
  announce: async () => {
    await wire.ask('user_login', { username: sealing.name })
  },
  setPresence: async (presence) => {
    await session.call('PUT', '/api/me/presence', { presence })
  },
  fingerprintOf: async (who) => (await pins.keysOf(nameOf(who))).fingerprint,
  trust: async (given, fingerprint) => {
    const who = nameOf(given)
    await pins.trust(who, fingerprint)
    letters.takeUpOf(who)
  },
  believe: async (given, publicKey) => {
    const who = nameOf(given)
    await pins.believe(who, publicKey)
    letters.takeUpOf(who)
  },
})

/** Everything that a lane can be asked for. */
export const requestsOf = (deps: RequestDeps) => ({
  ...sendingOf(deps),
  ...roomRequestsOf(deps),
  ...chatRequestsOf(deps),
  ...peopleRequestsOf(deps),
})
