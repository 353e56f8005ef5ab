import { linesProblem, readRoomContent, titleOf } from '@sotto/protocol'
import type { Clock, ServerLimits } from '../../configuration.ts'
import { type Quota, spending } from '../../quota/quota.ts'
import { makeRate } from '../../rate.ts'
import { ownerOf } from '../accounts/owner.ts'
import { checkMessageHash } from '../envelope/messageHash.ts'
import { keyEntriesFor } from '../envelope/keyEntries.ts'
import { inField, OpenRefusal, refuse } from '../failure.ts'
import type { JsonObject } from '../form/strictJson.ts'
import { type Hints, userTopic } from '../hints.ts'
import { listed, rowsBehind } from '../listed.ts'
import { type Outcome, outcomeOf } from '../mail/outcome.ts'
import type { Mailbox } from '../mail/mailbox.ts'
import type { Member, OpenRoom, OpenUser, RoomStore } from '../store.ts'
import { makeMemberIds } from './memberIds.ts'
import { listedRoom, roomMessageView } from './roomView.ts'

export interface SentContent {
  readonly content: string
  readonly iv: string
  readonly messageHash: string
  readonly keyId: string | undefined
}

/** Classic rooms: whoever is in one gets what is sent in it, sealed under a key that the members gave each other. */
export interface Rooms {
  /** Those behind a number, in the order of their numbers, as much as is listed at once. */
  visibleTo(user: OpenUser, after: number): Promise<readonly ReturnType<typeof listedRoom>[]>
  /** @throws OpenRefusal `NAME_REQUIRED`, `NAME_INVALID`, `PAYLOAD_INVALID` for the description, `ROOM_EXISTS` where one has the name or one that looks like it, `ROOM_LIMIT` */
  create(
    creator: OpenUser,
    wanted: { readonly name: string; readonly description: string; readonly isPrivate: boolean },
  ): Promise<OpenRoom>
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

/** What a message and a room take beside what is sent. */
const messageBytes = 512
const roomBytes = 1024

export const makeRooms = (dependencies: Dependencies): Rooms => {
  const { store, mailbox, quota, hints, clock, limits, someoneThere } = dependencies
  /** A key that is asked for costs whoever gives it a letter to each member. */
  const keyRequests = makeRate(clock, { perSecond: 1000 / limits.openKeyRequestIntervalMs, burst: 1 })

  const tell = (users: readonly number[], event: string, payload: unknown): void => {
    for (const user of users) hints.publish(userTopic(user), { kind: 'event', event, payload })
  }

  const nameOf = (given: string): string => {
    const read = titleOf(given, limits.roomNameCharactersMax)
    if (read.kind === 'title') return read.title
    const { problem } = read
    return refuse(problem === 'empty' || problem === 'long' ? 'NAME_REQUIRED' : 'NAME_INVALID', problem)
  }

  /** As names were stored when more of them were taken: a room from then is still reached by its name. */
  const formOfBefore = (given: string): string => given.normalize('NFKC').trim()

  /** Two rooms whose names only differ in case would be taken for each other. */
  const publicName = (name: string): string => `public/${name.toLowerCase()}`

  const seenBy = async (user: OpenUser, id: number) => {
    const room = await store.room(id)
    if (!room) return refuse('ROOM_NOT_FOUND')
    const membership = await store.membership(id, user.id)
    if (room.isPrivate && membership === undefined) return refuse('ROOM_NOT_FOUND')
    return { room, membership }
  }

  const joined = async (user: OpenUser, id: number): Promise<OpenRoom> => {
    const { room, membership } = await seenBy(user, id)
    return membership === 'joined' ? room : refuse('NOT_MEMBER')
  }

  const memberIds = makeMemberIds(store)

  const others = async (room: number, user: OpenUser): Promise<readonly number[]> =>
    (await memberIds.of(room)).filter((id) => id !== user.id)

  const create: Rooms['create'] = async (creator, { name: given, description, isPrivate }) => {
    const name = nameOf(given)
    const problem = linesProblem(description, description.length)
    if (problem) throw new OpenRefusal('PAYLOAD_INVALID', { reason: problem, field: 'description' })
    const uniqueName = isPrivate ? `private/${creator.id}/${name.toLowerCase()}` : publicName(name)
    const room = { name, description, creator: creator.id, createdMs: clock.nowMs(), isPrivate, uniqueName }
    const reserved = await quota.reserve([
      { scope: 'account', owner: ownerOf(creator), bytes: roomBytes + description.length },
    ])
    const made = await spending(reserved, (charges) =>
      store.create(room, limits.openRoomsPerAccountMax, charges),
    )
    if (typeof made === 'string') reserved.giveBack()
    switch (made) {
      case 'taken':
        return refuse('ROOM_EXISTS')
      case 'too_many':
        return refuse('ROOM_LIMIT')
      default:
        return made
    }
  }

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
    create,

    namedOrNew: async (user, given) => {
      const read = titleOf(given, limits.roomNameCharactersMax)
      const written = read.kind === 'title' ? read.title : formOfBefore(given)
      const known = await store.publicRoomNamed(publicName(written))
      return known ?? create(user, { name: given, description: '', isPrivate: false })
    },

    join: async (user, id) => {
      const { room, membership } = await seenBy(user, id)
      if (membership === 'joined') return room
      await enter(user, id, 'joined')
      tell(await others(id, user), 'user_joined', { username: user.name, room_id: id })
      return room
    },

    leave: async (user, id) => {
      const room = await joined(user, id)
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
      const { room } = await seenBy(creator, id)
      if (!room.isPrivate || room.createdBy !== creator.name) refuse('ROOM_NOT_FOUND')
      if ((await store.membership(id, guest.id)) === undefined) await enter(guest, id, 'invited')
    },

    members: async (user, id) => {
      await joined(user, id)
      return store.members(id)
    },

    history: async (user, id, before, countMax) => {
      await joined(user, id)
      const messages = await store.history(id, before, countMax, limits.openHistoryCharactersMax)
      return messages.map((message) => roomMessageView(id, message))
    },

    send: async (user, id, { content, iv: ivText, messageHash, keyId }) => {
      const { iv, sealed } = inField('encrypted_content', () => readRoomContent(content, ivText))
      checkMessageHash(messageHash, iv, sealed)
      const room = await joined(user, id)
      const createdMs = clock.nowMs()
      const appended = {
        room: id,
        sender: user.id,
        // Whoever names no key means the one that is in use since somebody last left.
        keyId: keyId === undefined ? `generation/${room.generation}` : `key/${keyId}`,
        iv,
        ivText,
        content,
        messageHash,
        createdMs,
      }
      const bytes = content.length + ivText.length + messageHash.length + messageBytes
      const reserved = await quota.reserve([
        { scope: 'account', owner: ownerOf(user), bytes },
        { scope: 'room', owner: `open ${id}`, bytes },
      ])
      const number = await spending(reserved, (charges) => store.append(appended, charges))
      if (number === 'iv_reused') {
        reserved.giveBack()
        return refuse('IV_REUSED')
      }
      const message = { id: number, sender: user.name, content, ivText, messageHash, createdMs }
      tell(await memberIds.of(id), 'new_message', roomMessageView(id, message))
      return { id: number, timeMs: createdMs }
    },

    requestKey: async (user, id) => {
      await joined(user, id)
      keyRequests.take(`${user.id} ${id}`)
      const asked = await someoneThere(await others(id, user))
      if (!asked) return []
      tell([asked.id], 'key_requested', { room_id: id, username: user.name })
      return [asked.name]
    },

    rekey: async (user, id, keys) => {
      const room = await joined(user, id)
      const members = await store.members(id)
      // Who has put up no key can be given none; a room is not held up by that.
      const holders = members.filter(
        ({ name, fingerprint }) => fingerprint !== null || Object.hasOwn(keys, name),
      )
      const entries = keyEntriesFor(keys, holders, user.name)
      const told = members.filter(({ name }) => entries.has(name))
      const letters = told.map(({ id: recipient, name }) => ({
        recipient,
        event: 'rekeyed',
        payload: {
          room_id: id,
          sender: user.name,
          generation: room.generation,
          encrypted_key: entries.get(name),
        },
      }))
      return outcomeOf(told, await mailbox.post({ sender: user, letters }))
    },
  }
}
