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
const unlessTransient = (error: unknown): void => {
  if (!(error instanceof SottoError) || isTransient(error)) throw error
}

/** What is known of the open room, and what the user wants of it. */
interface State {
  known: Known | null
  wish: Wish | null
  isEntering: boolean
}

type Phase = RoomState['phase']['kind']

const isKnown = ({ known }: State, room: Uint8Array): boolean =>
  known !== null && equalBytes(known.room, room)

const keep = async ({ store, invalidate }: Deps, state: State, next: Wish | null): Promise<void> => {
  await store.commit([wishRow.change(next)])
  state.wish = next
  invalidate()
}

const phaseOf = ({ rooms }: Deps, room: Uint8Array): Phase | undefined =>
  rooms.find(toHex(room))?.state().phase.kind

/** The invitation that the user has asked for is there. */
const enterWanted = async (deps: Deps, state: State, { room, name }: Wish): Promise<void> => {
  if (state.isEntering) return
  state.isEntering = true
  try {
    await deps.enter(toHex(room), name)
  } catch (error) {
    // It is not the room that was asked for: the invitation stays, and the user decides.
    if (!(error instanceof SottoError && error.code === 'policy')) throw error
    await deps.call(operations.askToJoin, { room, wanted: false }).catch(unlessTransient)
  } finally {
    state.isEntering = false
  }
  if (state.wish) await keep(deps, state, null)
}

/** Goes on with the wish of the user. `askedMs`: when the server was asked for it; null where it does not know. */
const goOn = async (deps: Deps, state: State, askedMs: number | null): Promise<void> => {
  const { wish } = state
  if (!wish) return
  switch (phaseOf(deps, wish.room)) {
    case 'active':
    case 'creating':
    case 'frozen':
    case 'repairing':
      return keep(deps, state, null)
    case 'invited':
      return enterWanted(deps, state, wish)
    case 'leaving':
    case 'parting':
    case 'left':
    case 'removed':
    case 'refounded':
    case 'absent':
    case undefined:
  }
  // Another room has taken its place, or there is none any more: nobody could answer.
  if (!isKnown(state, wish.room)) return keep(deps, state, null)
  if (askedMs === null)
    await deps.call(operations.askToJoin, { room: wish.room, wanted: true }).catch(unlessTransient)
}

/** What owners have decided stands in the sealed metadata; the server hears of it here (rule OPEN-3). */
const reportOpenness = async ({ rooms, account, call }: Deps, state: State): Promise<void> => {
  for (const room of rooms.all()) {
    const { id, phase, meta } = room.state()
    const policy = policyIn(room.state())
    if (phase.kind !== 'active' || !policy || !isMetaKnown(room.state())) continue
    if (roleOf(policy, account) !== roles.owner) continue
    const isOpen = isOpenRoom(meta)
    if (isOpen === isKnown(state, id)) continue
    const name = isOpen ? nameOf(meta) : null
    try {
      await call(operations.setOpenRoom, { room: id, name })
      state.known = name === null ? null : { room: id, name, members: policy.members.length }
    } catch (error) {
      unlessTransient(error)
    }
  }
}

const look = async (deps: Deps, state: State): Promise<void> => {
  const answer = await deps.call(operations.readOpenRoom, {}).catch(ofEarlierServer)
  const open = answer?.open ?? null
  state.known = open && {
    room: open.room,
    name: shownTitle(open.name, limits.roomNameCharactersMax),
    members: open.members,
  }
  if (answer) {
    await reportOpenness(deps, state)
    await goOn(deps, state, answer.askedMs)
  }
  deps.invalidate()
}

const isOwnerIn = ({ rooms, account }: Deps, room: Uint8Array): boolean => {
  const state = rooms.find(toHex(room))?.state()
  const policy = state && policyIn(state)
  return policy !== undefined && roleOf(policy, account) === roles.owner
}

const standingOf = (deps: Deps, { wish }: State, { room }: Known): OpenRoomView['standing'] => {
  switch (phaseOf(deps, room)) {
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

const viewOf = (deps: Deps, state: State): OpenRoomView | null => {
  const { known, wish } = state
  if (!known) return null
  const standing = standingOf(deps, state, known)
  return {
    room: toHex(known.room),
    name: known.name,
    memberCount: known.members,
    standing,
    sinceMs: standing === 'waiting' ? (wish?.sinceMs ?? null) : null,
  }
}

/** Asks for what the user wants. What the server refuses for good is not waited for. @throws SottoError `rate`, the refusal */
const ask = async (deps: Deps, state: State, room: Uint8Array): Promise<void> => {
  const { wish } = state
  try {
    if (phaseOf(deps, room) === 'invited' && wish) await enterWanted(deps, state, wish)
    else await deps.call(operations.askToJoin, { room, wanted: true })
  } catch (error) {
    if (error instanceof SottoError && !isTransient(error) && error.code !== 'already_member') {
      await keep(deps, state, null)
      throw error
    }
    if (error instanceof SottoError && error.code === 'rate') throw error
  }
}

const join = async (deps: Deps, state: State, id: string): Promise<void> => {
  const room = fromHex(id, roomIdBytes)
  if (!isKnown(state, room)) await look(deps, state)
  const { known, wish } = state
  if (!known || !isKnown(state, room)) throw new SottoError('not_found')
  const standing = standingOf(deps, state, known)
  if (standing === 'inside') return
  if (standing === 'removed') throw new SottoError('forbidden', 'who was taken out needs an invitation')
  const isWanted = wish !== null && isKnown(state, wish.room)
  await keep(deps, state, isWanted ? wish : { room, name: known.name, sinceMs: deps.nowMs() })
  if (deps.isOnline()) await ask(deps, state, room)
}

const withdraw = async (deps: Deps, state: State): Promise<void> => {
  const { wish } = state
  if (!wish) return
  await keep(deps, state, null)
  // Who asks no more and is brought in all the same has an invitation, and decides.
  await deps.call(operations.askToJoin, { room: wish.room, wanted: false }).catch(() => {})
}

const setOpenness = async (deps: Deps, state: State, room: Room, isOpen: boolean): Promise<void> => {
  const { id } = room.state()
  if (!isOwnerIn(deps, id)) throw new SottoError('forbidden')
  await look(deps, state)
  const { known } = state
  if (isOpen && known && !isKnown(state, id) && !isOwnerIn(deps, known.room))
    throw new SottoError('open_room_taken', undefined, { name: known.name })
  await room.intend({ kind: 'openness', id: deps.newId(), isOpen })
  await look(deps, state)
  if (isOpen && !isKnown(state, id)) throw new SottoError('open_room_taken')
}

const closeIfAlone = async ({ call }: Deps, state: State, room: Room): Promise<void> => {
  const { id, phase, meta } = room.state()
  const policy = policyIn(room.state())
  if (phase.kind !== 'active' || policy?.members.length !== 1 || !isOpenRoom(meta)) return
  await call(operations.setOpenRoom, { room: id, name: null }).catch(ofEarlierServer)
  if (isKnown(state, id)) state.known = null
}

export const openOpenRoom = async (deps: Deps): Promise<OpenRoom> => {
  const state: State = { known: null, wish: await wishRow.read(deps.store), isEntering: false }
  return {
    view: () => viewOf(deps, state),
    look: () => look(deps, state),
    refuseSecond: async () => {
      await look(deps, state)
      if (state.known) throw new SottoError('open_room_taken', undefined, { name: state.known.name })
    },
    changed: ({ id, phase }) => {
      const { wish, isEntering } = state
      if (!wish || !equalBytes(wish.room, id)) return
      // What fails now is tried again at the next look.
      if (phase.kind === 'invited') void enterWanted(deps, state, wish).catch(() => {})
      else if (phase.kind === 'active' && !isEntering) void keep(deps, state, null).catch(() => {})
    },
    join: (room) => join(deps, state, room),
    withdraw: () => withdraw(deps, state),
    setOpenness: (room, isOpen) => setOpenness(deps, state, room, isOpen),
    closeIfAlone: (room) => closeIfAlone(deps, state, room),
    people: async () => {
      const { people } = (await deps.call(operations.listPeople, {}).catch(ofEarlierServer)) ?? { people: [] }
      return people.map((one) => ({ account: toHex(one.account), name: shownName(one.name) }))
    },
  }
}
