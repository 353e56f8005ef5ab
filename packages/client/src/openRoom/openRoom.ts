import {
  equalBytes,
  fromHex,
  limits,
  operations,
  roomIdBytes,
  shownName,
  shownTitle,
  SottoError,
  toHex,
} from '@sotto/protocol'
import { roleOf, roles } from '@sotto/trust'
import type { Call } from '../account/contacts.ts'
import { nameOf } from '../content/meta.ts'
import { isOpenRoom } from '../content/openness.ts'
import { isTransient } from '../transient.ts'
import type { Store } from '../ports/store.ts'
import type { Room } from '../room/atWork.ts'
import { isMetaKnown } from '../room/metadata.ts'
import { policyIn, type RoomState } from '../room/state.ts'
import type { Rooms } from '../sync/rooms.ts'
import type { OpenRoomView, PersonView } from '../view.ts'
import { type Wish, wishRow } from './wish.ts'

/** The open room of the server, for whoever is not in it, and for its owners. */
export interface OpenRoom {
  /** As the server said last; null where there is none, or nothing is known yet. */
  view(): OpenRoomView | null
  /**
   * Asks the server which room it is, and goes on with what is half done: a wish of the user is asked for, and what an
   * owner has decided is told. @throws what keeps the server from being asked
   */
  look(): Promise<void>
  /** A step was taken in a room: it may be the one that is waited for. */
  changed(room: RoomState): void
  /** @throws SottoError `open_room_taken` {name} where there is one already */
  refuseSecond(): Promise<void>
  /** Keeps the wish, and asks. Resolves when it is kept: the room opens when a member's device is there. */
  join(room: string): Promise<void>
  withdraw(): Promise<void>
  setOpenness(room: Room, isOpen: boolean): Promise<void>
  /** Before the last member leaves: nobody could be brought in any more. */
  closeIfAlone(room: Room): Promise<void>
  people(): Promise<readonly PersonView[]>
}

interface Deps {
  readonly store: Store
  readonly rooms: Pick<Rooms, 'all' | 'find'>
  readonly account: Uint8Array
  readonly call: Call
  isOnline(): boolean
  nowMs(): number
  newId(): string
  /** Enters a room by an invitation, if it is the open room of this name. */
  enter(room: string, name: string): Promise<void>
  invalidate(): void
}

interface Known {
  readonly room: Uint8Array
  readonly name: string
  readonly members: number
}

/** A server of an earlier version has no open room. */
const ofEarlierServer = (error: unknown): null => {
  if (error instanceof SottoError && error.code === 'not_found') return null
  throw error
}

/** What the server refuses for good changes nothing here; what fails for now is done at the next look. */
const unlessForNow = (error: unknown): void => {
  if (!(error instanceof SottoError) || isTransient(error)) throw error
}

export const openOpenRoom = async (deps: Deps): Promise<OpenRoom> => {
  const { store, rooms, account, call } = deps
  let known: Known | null = null
  let wish: Wish | null = await wishRow.read(store)
  let isEntering = false

  const isKnown = (room: Uint8Array): boolean => known !== null && equalBytes(known.room, room)
  const keep = async (next: Wish | null): Promise<void> => {
    await store.commit([wishRow.change(next)])
    wish = next
    deps.invalidate()
  }
  const phaseOf = (room: Uint8Array): RoomState['phase']['kind'] | undefined =>
    rooms.find(toHex(room))?.state().phase.kind

  /** The invitation that the user has asked for is there. */
  const enterWanted = async ({ room, name }: Wish): Promise<void> => {
    if (isEntering) return
    isEntering = true
    try {
      await deps.enter(toHex(room), name)
    } catch (error) {
      // It is not the room that was asked for: the invitation stays, and the user decides.
      if (!(error instanceof SottoError && error.code === 'policy')) throw error
      await call(operations.askToJoin, { room, wanted: false }).catch(unlessForNow)
    } finally {
      isEntering = false
    }
    if (wish) await keep(null)
  }

  const goOn = async (askedMs: number | null): Promise<void> => {
    if (!wish) return
    switch (phaseOf(wish.room)) {
      case 'active':
      case 'creating':
      case 'frozen':
      case 'repairing':
        return keep(null)
      case 'invited':
        return enterWanted(wish)
      case 'leaving':
      case 'parting':
      case 'left':
      case 'removed':
      case 'refounded':
      case 'absent':
      case undefined:
    }
    // Another room has taken its place, or there is none any more: nobody could answer.
    if (!isKnown(wish.room)) return keep(null)
    if (askedMs === null)
      await call(operations.askToJoin, { room: wish.room, wanted: true }).catch(unlessForNow)
  }

  /** What owners have decided stands in the sealed metadata; the server hears of it here (rule OPEN-3). */
  const tellServer = async (): Promise<void> => {
    for (const room of rooms.all()) {
      const state = room.state()
      const policy = policyIn(state)
      if (state.phase.kind !== 'active' || !policy || !isMetaKnown(state)) continue
      if (roleOf(policy, account) !== roles.owner) continue
      const { id, meta } = state
      const isOpen = isOpenRoom(meta)
      if (isOpen === isKnown(id)) continue
      const name = isOpen ? nameOf(meta) : null
      try {
        await call(operations.setOpenRoom, { room: id, name })
        known = name === null ? null : { room: id, name, members: policy.members.length }
      } catch (error) {
        unlessForNow(error)
      }
    }
  }

  const look = async (): Promise<void> => {
    const answer = await call(operations.readOpenRoom, {}).catch(ofEarlierServer)
    const open = answer?.open ?? null
    known = open && {
      room: open.room,
      name: shownTitle(open.name, limits.roomNameCharactersMax),
      members: open.members,
    }
    if (answer) {
      await tellServer()
      await goOn(answer.askedMs)
    }
    deps.invalidate()
  }

  const isOwnerIn = (room: Uint8Array): boolean => {
    const state = rooms.find(toHex(room))?.state()
    const policy = state && policyIn(state)
    return policy !== undefined && roleOf(policy, account) === roles.owner
  }

  const refuseSecond = async (): Promise<void> => {
    await look()
    if (known) throw new SottoError('open_room_taken', undefined, { name: known.name })
  }

  const standingOf = ({ room }: Known): OpenRoomView['standing'] => {
    switch (phaseOf(room)) {
      case 'active':
      case 'creating':
      case 'frozen':
      case 'repairing':
        return 'inside'
      case 'removed':
        return 'removed'
      default:
        return wish && equalBytes(wish.room, room) ? 'waiting' : 'outside'
    }
  }

  return {
    look,
    refuseSecond,

    view: () =>
      known && {
        room: toHex(known.room),
        name: known.name,
        memberCount: known.members,
        standing: standingOf(known),
        sinceMs: standingOf(known) === 'waiting' ? (wish?.sinceMs ?? null) : null,
      },

    changed: ({ id, phase }) => {
      if (!wish || !equalBytes(wish.room, id)) return
      // What fails now is tried again at the next look.
      if (phase.kind === 'invited') void enterWanted(wish).catch(() => {})
      else if (phase.kind === 'active' && !isEntering) void keep(null).catch(() => {})
    },

    join: async (id) => {
      const room = fromHex(id, roomIdBytes)
      if (!isKnown(room)) await look()
      if (!known || !isKnown(room)) throw new SottoError('not_found')
      const standing = standingOf(known)
      if (standing === 'inside') return
      if (standing === 'removed') throw new SottoError('forbidden', 'who was taken out needs an invitation')
      await keep(wish && isKnown(wish.room) ? wish : { room, name: known.name, sinceMs: deps.nowMs() })
      if (!deps.isOnline()) return
      try {
        if (phaseOf(room) === 'invited' && wish) await enterWanted(wish)
        else await call(operations.askToJoin, { room, wanted: true })
      } catch (error) {
        // Refused for good: it is not waited for.
        if (error instanceof SottoError && !isTransient(error) && error.code !== 'already_member') {
          await keep(null)
          throw error
        }
        if (error instanceof SottoError && error.code === 'rate') throw error
      }
    },

    withdraw: async () => {
      if (!wish) return
      const { room } = wish
      await keep(null)
      // Who asks no more and is brought in all the same has an invitation, and decides.
      await call(operations.askToJoin, { room, wanted: false }).catch(() => {})
    },

    setOpenness: async (room, isOpen) => {
      const { id } = room.state()
      if (!isOwnerIn(id)) throw new SottoError('forbidden')
      await look()
      if (isOpen && known && !isKnown(id) && !isOwnerIn(known.room))
        throw new SottoError('open_room_taken', undefined, { name: known.name })
      await room.intend({ kind: 'openness', id: deps.newId(), isOpen })
      await look()
      if (isOpen && !isKnown(id)) throw new SottoError('open_room_taken')
    },

    closeIfAlone: async (room) => {
      const { id, phase } = room.state()
      const policy = policyIn(room.state())
      if (phase.kind !== 'active' || policy?.members.length !== 1 || !isOpenRoom(room.state().meta)) return
      await call(operations.setOpenRoom, { room: id, name: null }).catch(ofEarlierServer)
      if (isKnown(id)) known = null
    },

    people: async () => {
      const { people } = (await call(operations.listPeople, {}).catch(ofEarlierServer)) ?? { people: [] }
      return people.map((one) => ({ account: toHex(one.account), name: shownName(one.name) }))
    },
  }
}
