import { titleOf } from '@sotto/protocol'
import type { Clock, ServerLimits } from '../../configuration.ts'
import type { Quota } from '../../quota/quota.ts'
import { makeRate } from '../../rate.ts'
import { keyEntriesFor } from '../envelope/keyEntries.ts'
import { refuse } from '../failure.ts'
import type { JsonObject } from '../form/strictJson.ts'
import { type Hints, userTopic } from '../hints.ts'
import { listed, rowsBehind } from '../listed.ts'
import { type Outcome, outcomeOf } from '../mail/outcome.ts'
import type { Mailbox } from '../mail/mailbox.ts'
import type { Member, OpenRoom, OpenUser, RoomStore } from '../store.ts'
import { joined, seenBy } from './access.ts'
import { createRoom, type WantedRoom } from './createRoom.ts'
import { makeMemberIds } from './memberIds.ts'
import { formOfBefore, publicName } from './roomName.ts'
import { readSent, type SentContent, storeMessage } from './roomMessage.ts'
import { listedRoom, roomMessageView } from './roomView.ts'

/** Classic rooms: whoever is in one gets what is sent in it, sealed under a key that the members gave each other. */
export interface Rooms {
  /** Those behind a number, in the order of their numbers, as much as is listed at once. */
  visibleTo(user: OpenUser, after: number): Promise<readonly ReturnType<typeof listedRoom>[]>
  /** @throws OpenRefusal `NAME_REQUIRED`, `NAME_INVALID`, `PAYLOAD_INVALID` for the description, `ROOM_EXISTS` where one has the name or one that looks like it, `ROOM_LIMIT` */
  create(creator: OpenUser, wanted: WantedRoom): Promise<OpenRoom>
  /** A public room by its name, made where there is none. */
  namedOrNew(user: OpenUser, name: string): Promise<OpenRoom>
  /** @throws OpenRefusal `ROOM_NOT_FOUND`: unknown and forbidden look alike */
  join(user: OpenUser, room: number): Promise<OpenRoom>
  leave(user: OpenUser, room: number): Promise<OpenRoom>
  /** Lets somebody join a private room; only its creator can. @throws OpenRefusal `ROOM_NOT_FOUND` */
  invite(creator: OpenUser, room: number, guest: OpenUser): Promise<void>
  /** @throws OpenRefusal `ROOM_NOT_FOUND`, `NOT_MEMBER` */
  members(user: OpenUser, room: number): Promise<readonly Member[]>
  history(
    user: OpenUser,
    room: number,
    before: number,
    countMax: number,
  ): Promise<readonly ReturnType<typeof roomMessageView>[]>
  /** @throws OpenRefusal of the content's form, `IV_REUSED`, `NOT_MEMBER`, `ROOM_NOT_FOUND` */
  send(
    user: OpenUser,
    room: number,
    sent: SentContent,
  ): Promise<{ readonly id: number; readonly timeMs: number }>
  /**
   * Asks one member who is there, and shows it, for the key.
   *
   * @returns who is asked; nobody where nobody is there
   * @throws OpenRefusal `NOT_MEMBER`, `ROOM_NOT_FOUND`, SottoError `rate`
   */
  requestKey(user: OpenUser, room: number): Promise<readonly string[]>
  /** Gives the key of a room to its members, each his own entry. @throws OpenRefusal `CLIENT_KEY_REQUIRED`, `NOT_MEMBER` */
  rekey(user: OpenUser, room: number, keys: JsonObject): Promise<Outcome>
}

interface Dependencies {
  readonly store: RoomStore
  readonly mailbox: Mailbox
  readonly quota: Quota
  readonly hints: Hints
  readonly clock: Clock
  readonly limits: ServerLimits
  /** One of these users, by chance, who is there and does not hide it. */
  someoneThere(among: readonly number[]): Promise<Pick<OpenUser, 'id' | 'name'> | undefined>
}

interface Giving {
  readonly room: OpenRoom
  readonly user: OpenUser
  readonly keys: JsonObject
  readonly members: readonly Member[]
}

/** Posts to each member its entry of a new key. A member who has put up no key can be given none, which holds up nobody. */
const giveKeys = async (
  mailbox: Pick<Mailbox, 'post'>,
  { room, user, keys, members }: Giving,
): Promise<Outcome> => {
  const holders = members.filter(({ name, fingerprint }) => fingerprint !== null || Object.hasOwn(keys, name))
  const entries = keyEntriesFor(keys, holders, user.name)
  const told = members.filter(({ name }) => entries.has(name))
  const letters = told.map(({ id: recipient, name }) => ({
    recipient,
    event: 'rekeyed',
    payload: {
      room_id: room.id,
      sender: user.name,
      generation: room.generation,
      encrypted_key: entries.get(name),
    },
  }))
  return outcomeOf(told, await mailbox.post({ sender: user, letters }))
}

export const makeRooms = (dependencies: Dependencies): Rooms => {
  const { store, mailbox, quota, hints, clock, limits, someoneThere } = dependencies
  /** A key that is asked for costs whoever gives it a letter to each member. */
  const keyRequests = makeRate(clock, { perSecond: 1000 / limits.openKeyRequestIntervalMs, burst: 1 })

  const tell = (users: readonly number[], event: string, payload: unknown): void => {
    for (const user of users) hints.publish(userTopic(user), { kind: 'event', event, payload })
  }

  const memberIds = makeMemberIds(store)

  const others = async (room: number, user: OpenUser): Promise<readonly number[]> =>
    (await memberIds.of(room)).filter((id) => id !== user.id)

  const enter = async (user: OpenUser, room: number, membership: 'joined' | 'invited'): Promise<void> => {
    quota.checkSpace()
    const outcome = await store.setMembership(room, user.id, membership, limits.openMembersPerRoomMax)
    memberIds.forget(room)
    if (outcome === 'full') refuse('ROOM_LIMIT')
  }

  return {
    visibleTo: (user, after) => {
      const rows = rowsBehind<OpenRoom>((last, countMax) =>
        store.visibleTo(user.id, last?.id ?? after, countMax),
      )
      return listed(rows, listedRoom, limits)
    },
    create: (creator, wanted) => createRoom(dependencies, creator, wanted),

    namedOrNew: async (user, given) => {
      const read = titleOf(given, limits.roomNameCharactersMax)
      const written = read.kind === 'title' ? read.title : formOfBefore(given)
      const known = await store.publicRoomNamed(publicName(written))
      return known ?? createRoom(dependencies, user, { name: given, description: '', isPrivate: false })
    },

    join: async (user, id) => {
      const { room, membership } = await seenBy(store, user, id)
      if (membership === 'joined') return room
      await enter(user, id, 'joined')
      tell(await others(id, user), 'user_joined', { username: user.name, room_id: id })
      return room
    },

    leave: async (user, id) => {
      const room = await joined(store, user, id)
      // A private room that its creator leaves must not be out of everybody's reach.
      const remains = room.isPrivate && room.createdBy === user.name ? 'invited' : 'gone'
      const generation = await store.leave(id, user.id, remains)
      memberIds.forget(id)
      const left = await others(id, user)
      tell(left, 'user_left', { username: user.name, room_id: id })
      tell(left, 'rekey_required', { room_id: id, generation })
      return room
    },

    invite: async (creator, id, guest) => {
      const { room } = await seenBy(store, creator, id)
      if (!room.isPrivate || room.createdBy !== creator.name) refuse('ROOM_NOT_FOUND')
      if ((await store.membership(id, guest.id)) === undefined) await enter(guest, id, 'invited')
    },

    members: async (user, id) => {
      await joined(store, user, id)
      return store.members(id)
    },

    history: async (user, id, before, countMax) => {
      await joined(store, user, id)
      const messages = await store.history(id, before, countMax, limits.openHistoryCharactersMax)
      return messages.map((message) => roomMessageView(id, message))
    },

    send: async (user, id, sent) => {
      const iv = readSent(sent)
      const room = await joined(store, user, id)
      const message = await storeMessage(dependencies, { room, user, sent, iv })
      tell(await memberIds.of(id), 'new_message', roomMessageView(id, message))
      return { id: message.id, timeMs: message.createdMs }
    },

    requestKey: async (user, id) => {
      await joined(store, user, id)
      keyRequests.take(`${user.id} ${id}`)
      const asked = await someoneThere(await others(id, user))
      if (!asked) return []
      tell([asked.id], 'key_requested', { room_id: id, username: user.name })
      return [asked.name]
    },

    rekey: async (user, id, keys) => {
      const room = await joined(store, user, id)
      return giveKeys(mailbox, { room, user, keys, members: await store.members(id) })
    },
  }
}
