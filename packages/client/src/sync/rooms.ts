import {
  accountIdBytes,
  type Acknowledgement,
  equalBytes,
  fromHex,
  operations,
  SottoError,
  toHex,
  type WaitingWelcome,
} from '@sotto/protocol'
import type { Contacts } from '../account/contacts.ts'
import type { KeyPackagePool } from '../account/keyPackages.ts'
import type { Store } from '../ports/store.ts'
import { accountsIn } from '../room/places.ts'
import { joinRoom, type Joining } from '../room/enter.ts'
import type { Line } from '../room/line.ts'
import { rawBytesOfRoom } from '../room/rawKeeper.ts'
import type { Room, RoomDeps } from '../room/atWork.ts'
import { openRoom } from '../room/room.ts'
import { storedAnchor } from '../room/storedAnchor.ts'
import { readAgain } from '../room/freeze.ts'
import { invitedTo, uninvited } from '../room/invitation.ts'
import { mayBeMore } from '../room/waiting.ts'
import { hasPlace } from '../room/decide.ts'
import { acceptWithoutKeys, retryRepair } from '../room/repair.ts'
import {
  emptyRoom,
  follows,
  type InvitedAt,
  isEnded,
  isShown,
  type Place,
  publicOf,
  type RoomState,
} from '../room/state.ts'
import { stepped } from '../room/step.ts'
import type { Tools } from '../room/tools.ts'
import { followChains } from './growth.ts'

/** Welcomes that are asked for beyond a list that was cut, until one is whole. */
const settledMax = 1024

/** The rooms of this device, and what the server says of them when a connection begins. */
export interface Rooms {
  all(): Iterable<Room>
  /** @throws SottoError `room_unknown` */
  get(id: string): Room
  find(id: string): Room | undefined
  /** A room made here; its first step is stored with it. */
  add(state: RoomState): Room
  /** The places that all rooms have reached: what a head is compared with that was asked for now. */
  places(): ReadonlyMap<string, Place>
  /** The signed heads of all rooms in which the server knows a leaf of this device. @throws what a store throws */
  headsAre(heads: readonly Acknowledgement[], then: ReadonlyMap<string, Place>): Promise<void>
  /** Asks which Welcomes wait: invitations appear, those of rooms that were joined are settled. */
  readWelcomes(): Promise<void>
  /**
   * Enters a room that the user has been invited to; with a name only if it is the open room of this name.
   *
   * @throws SottoError `policy` {rule: 'OPEN-8'} where it is not
   */
  enter(id: string, phase: Joining['phase'], openName?: string): Promise<void>
  /** Learns whose chain has grown since this device was there last. @throws what the transport throws */
  followChains(): Promise<void>
  chainGrew(account: Uint8Array, seq: number): Promise<void>
  /** All of them look for something to do. */
  proceed(): void
  wake(): void
  rest(reason: SottoError): Promise<void>
}

export interface RoomsDeps {
  readonly store: Store
  readonly line: Line
  readonly tools: Tools
  readonly contacts: Contacts
  readonly pool: KeyPackagePool
  /** Whether the user does not want what this account sends. */
  isBlocked(account: Uint8Array): boolean
  /** Publishes new key packages in place of all that there are: others hand out some whose keys are lost. */
  renewKeyPackages(): Promise<void>
  readonly roomDeps: Omit<RoomDeps, 'rawBytesMax'>
}

const isPolicy = (error: unknown): boolean => error instanceof SottoError && error.code === 'policy'

const isKeyless = (error: unknown): boolean =>
  error instanceof SottoError && error.code === 'key_package_unavailable'

const accountOf = (account: string): Uint8Array => fromHex(account, accountIdBytes)

export const openRooms = (deps: RoomsDeps, stored: readonly RoomState[]): Rooms => {
  const { line, tools, contacts, pool, roomDeps } = deps
  const rooms = new Map<string, Room>()
  /** Welcomes that are looked at again when the log has been read as far as they go, or this device is out of the room. */
  const awaited = new Map<string, WaitingWelcome>()
  const watched: RoomDeps = {
    ...roomDeps,
    rawBytesMax: () => rawBytesOfRoom(rooms.size),
    changed: (room, told) => {
      roomDeps.changed(room, told)
      askForNewcomers(room)
      const waiting = awaited.get(toHex(room.id))
      if (!waiting || (!isEnded(room.phase) && room.place.cursor < waiting.seq)) return
      awaited.delete(toHex(room.id))
      // What fails now is tried again with the next connection.
      noteWelcome(waiting).catch(() => {})
    },
  }
  const open = (state: RoomState, isStored: boolean): Room => {
    const room = openRoom(watched, state, isStored)
    rooms.set(room.id, room)
    return room
  }
  for (const state of stored) open(state, true)

  /** Whose chains this connection has asked for, in hex; null before it has. */
  let askedFor: Set<string> | null = null
  const trees = new Map<string, unknown>()
  /** Who comes into sight while a log is caught up with may have been revoked since that entry. */
  const askForNewcomers = (room: RoomState): void => {
    const group = follows(room) ? publicOf(room) : null
    if (!group || !askedFor || trees.get(toHex(room.id)) === group.tree) return
    trees.set(toHex(room.id), group.tree)
    const known = askedFor
    const fresh = [...accountsIn(group)].filter((account) => !known.has(account))
    if (fresh.length === 0) return
    for (const account of fresh) known.add(account)
    followChains(line.call, contacts, fresh.map(accountOf))
      .then(proceed)
      // With the next entry it is tried again, or with the next connection.
      .catch(() => {
        trees.delete(toHex(room.id))
        for (const account of fresh) known.delete(account)
      })
  }

  const proceed = (): void => {
    for (const room of rooms.values()) room.proceed()
  }

  const find = (id: string): Room | undefined => {
    const room = rooms.get(id)
    return room && room.state().phase.kind !== 'absent' ? room : undefined
  }
  const get = (id: string): Room => {
    const room = find(id)
    if (!room || !isShown(room.state())) throw new SottoError('room_unknown')
    return room
  }

  /** Whether Welcomes wait that were not listed. */
  let isListCut = false
  const listWelcomes = async (): Promise<readonly WaitingWelcome[]> => {
    const { welcomes } = await line.call(operations.listWelcomes, {})
    isListCut = mayBeMore(welcomes)
    return welcomes
  }
  const readWelcomes = async (): Promise<void> => {
    for (const waiting of await listWelcomes()) {
      if (waiting.inviter) await contacts.ensure([{ account: waiting.inviter, seq: 0 }])
      await noteWelcome(waiting)
    }
  }

  /** What was settled while the list was cut: each makes place in it for another, once. */
  const settled = new Set<string>()
  let hasPlaceInList = false
  let isReadingOn = false
  const readOn = async (): Promise<void> => {
    if (isReadingOn) return
    isReadingOn = true
    try {
      while (hasPlaceInList) {
        hasPlaceInList = false
        await readWelcomes()
      }
    } finally {
      isReadingOn = false
      if (!isListCut) settled.clear()
    }
  }

  const settle = async (waiting: WaitingWelcome, outcome: 'joined' | 'declined'): Promise<void> => {
    await line.call(operations.settleWelcome, { room: waiting.room, seq: waiting.seq, outcome })
    const name = `${toHex(waiting.room)}/${waiting.seq}`
    // A server that lists on what was settled, or ever more, would be asked without end.
    if (!isListCut || settled.has(name) || settled.size >= settledMax) return
    settled.add(name)
    hasPlaceInList = true
    // With the next connection otherwise.
    readOn().catch(() => {})
  }

  /** An invitation that is neither opened nor left: the room is what it was before. */
  const dismiss = async (room: Room, waiting: WaitingWelcome): Promise<void> => {
    await settle(waiting, 'declined')
    await room.take((state) => stepped(uninvited(state)))
  }

  const noteWelcome = async (waiting: WaitingWelcome): Promise<void> => {
    const { room: id, inviter, timeMs } = waiting
    const isUnwanted = inviter !== null && deps.isBlocked(inviter)
    const room = rooms.get(toHex(id)) ?? open(emptyRoom(id, { kind: 'absent' }), false)
    const { phase, place } = room.state()
    switch (phase.kind) {
      case 'active':
      case 'leaving':
      case 'parting':
      case 'creating':
      case 'frozen':
        // Joined, and the answer to settling was lost.
        if (waiting.epoch <= place.epoch) await settle(waiting, 'joined')
        // It was taken out and is invited again, and has yet to read that.
        else awaited.set(room.id, waiting)
        return
      case 'repairing':
        // This device has asked to be brought in again: nobody need be asked whether it wants to.
        if (waiting.epoch > place.epoch) await bringBack(room, waiting)
        return
      case 'invited':
        if (isUnwanted) return dismiss(room, waiting)
        if (phase.timeMs === timeMs && phase.entry) return
        break
      case 'removed':
      case 'left':
      case 'refounded':
      case 'absent':
        // What led into epochs that this device has left again is no invitation.
        if (place.epoch > 0 && waiting.epoch <= place.epoch) return
        if (isUnwanted) return dismiss(room, waiting)
        break
    }
    await pool.reserve(waiting.welcome)
    await room.take((state) => stepped(invitedTo(state, waiting)))
  }

  const bundlesFor = async (welcome: Uint8Array) => {
    const bundles = await pool.bundles(welcome)
    if (bundles.length === 0)
      throw new SottoError('key_package_unavailable', 'the keys for this invitation are not on this device')
    return bundles
  }

  const commitOf = async ({ room, seq }: WaitingWelcome) => {
    const { messages } = await line.call(operations.readLog, { room, from: seq })
    const [commit] = messages
    if (!commit) throw new SottoError('integrity', 'the log does not have the commit of the Welcome')
    return commit
  }

  const bringIn = async (
    room: Room,
    waiting: WaitingWelcome,
    phase: Joining['phase'],
    openName?: string,
  ): Promise<void> => {
    const bundles = await bundlesFor(waiting.welcome)
    const commit = await commitOf(waiting)
    const { tree } = await line.call(operations.readTree, { room: waiting.room, hash: waiting.treeHash })
    await room.take(async (state, asked) => {
      if (state.phase.kind !== 'invited' && state.phase.kind !== 'repairing') return stepped(state)
      const joining: Joining = { waiting, tree, bundles, phase, commit, openName }
      return joinRoom(tools, state, joining, asked)
    })
    // What was said between the invitation and now is in the log; how far that goes, the log says.
    room.hint(waiting.seq + 1)
    await settle(waiting, 'joined')
  }

  /**
   * Whether the Welcome belongs to a commit that this device has read, followed in public and found in order: only then
   * is it the room's, and not one that was made up under its name. Otherwise the log is read on first.
   */
  const isFollowed = async (room: Room, { seq, entryHash }: WaitingWelcome): Promise<boolean> => {
    const { place } = room.state()
    if (seq > place.cursor) return false
    const anchor = await storedAnchor(deps.store, room.id, seq)
    return anchor !== undefined && equalBytes(anchor, entryHash.subarray(0, anchor.length))
  }

  /** Nothing that this device knows speaks for the invitation: its user decides. */
  const showAsInvitation = (room: Room, waiting: WaitingWelcome): Promise<void> =>
    room.take((state) => stepped(state.phase.kind === 'repairing' ? invitedTo(state, waiting) : state))

  /**
   * Whether the log has been read as far as the Welcome goes: what it had no key for until then is noted as missed, and
   * would be left out otherwise.
   */
  const isReadUpTo = async (room: Room, waiting: WaitingWelcome): Promise<boolean> => {
    const state = room.state()
    if (publicOf(state)) return isFollowed(room, waiting)
    return !hasPlace(state.place) || state.place.cursor >= waiting.seq
  }

  const bringBack = async (room: Room, waiting: WaitingWelcome): Promise<void> => {
    if (!(await isReadUpTo(room, waiting))) {
      awaited.set(room.id, waiting)
      return room.hint(waiting.seq)
    }
    try {
      await bringIn(room, waiting, { kind: 'active' })
    } catch (error) {
      if (isPolicy(error) && !publicOf(room.state())) return showAsInvitation(room, waiting)
      // The keys of this Welcome are lost as well: another way in is looked for, and other keys are asked for.
      if (!isKeyless(error)) throw error
      await deps.renewKeyPackages()
      await room.take((state) => stepped(retryRepair(state)))
      await settle(waiting, 'declined')
      room.proceed()
    }
  }

  const comeKeyless = async (room: Room, entry: InvitedAt): Promise<void> => {
    await room.take((state) => stepped(acceptWithoutKeys(state, entry)))
    // What was said since the invitation is in the log; how far that goes, the log says.
    room.hint(entry.seq + 1)
  }

  /**
   * An invitation that waits no more was accepted before, and this device has lost that since, or the server has lost the
   * Welcome: the account is a member all the same.
   */
  const hasLeafIn = async (room: Room): Promise<boolean> => {
    const listed = await line.call(operations.listRooms, {})
    return listed.rooms.some(({ room: id }) => equalBytes(id, room.state().id))
  }

  return {
    all: () => rooms.values(),
    get,
    find,
    add: (state) => open(state, false),
    places: () => new Map([...rooms].map(([id, room]) => [id, room.state().place])),
    headsAre: async (heads, then) => {
      const failures: unknown[] = []
      for (const ack of heads) {
        const room = rooms.get(toHex(ack.room))
        const place = then.get(toHex(ack.room))
        if (room && readAgain(room.state()) !== room.state())
          await room
            .take((state) => stepped(readAgain(state)))
            .catch((error: unknown) => failures.push(error))
        // What one room cannot keep must not stop the others from hearing of theirs.
        if (room && place && follows(room.state()))
          await room.headIs(ack, place).catch((error: unknown) => failures.push(error))
        // What was being made may be there already, with words of ours in it that this device has lost (S1).
        else if (room?.state().phase.kind === 'creating') room.hint(ack.seq)
        // The server may have what it had lost: that is seen when the room is looked after again.
        else room?.proceed()
      }
      // A room of ours that the server does not list: this device was taken out of it, and its log says how.
      const listed = new Set(heads.map(({ room }) => toHex(room)))
      for (const room of rooms.values()) {
        const state = room.state()
        if (follows(state) && !listed.has(room.id)) room.hint(state.place.cursor + 1)
      }
      if (failures.length > 0) throw failures[0]
    },
    readWelcomes,
    enter: async (id, phase, openName) => {
      const room = get(id)
      const welcomes = await listWelcomes()
      const waiting = welcomes.findLast((welcome) => equalBytes(welcome.room, room.state().id))
      if (!waiting) {
        if (isListCut) throw new SottoError('unavailable', 'other invitations come first')
        const { phase: before } = room.state()
        if (before.kind === 'invited' && before.entry && phase.kind === 'active' && (await hasLeafIn(room)))
          return comeKeyless(room, before.entry)
        await room.take((state) => stepped(uninvited(state)))
        throw new SottoError('not_found', 'the invitation is no longer there')
      }
      try {
        await bringIn(room, waiting, phase, openName)
      } catch (error) {
        if (!isKeyless(error)) throw error
        // What cannot be opened need not be left.
        if (phase.kind === 'parting') return dismiss(room, waiting)
        // The account is a member all the same, and its leaf is there: other keys for it can be asked for.
        await deps.renewKeyPackages()
        await comeKeyless(room, { seq: waiting.seq, hash: waiting.entryHash })
      }
    },
    followChains: async () => {
      const accounts = new Set<string>()
      for (const room of rooms.values()) {
        const state = room.state()
        const group = follows(state) ? publicOf(state) : null
        for (const account of group ? accountsIn(group) : []) accounts.add(account)
      }
      askedFor = null
      await followChains(line.call, contacts, [...accounts].map(accountOf))
      askedFor = accounts
      for (const room of rooms.values()) askForNewcomers(room.state())
    },
    chainGrew: async (account, seq) => {
      // Whoever is not known here is nobody to look after.
      if (!contacts.find(account)) return
      await contacts.ensure([{ account, seq }])
      proceed()
    },
    proceed,
    wake: () => {
      for (const room of rooms.values()) room.wake()
    },
    rest: async (reason) => {
      await Promise.all([...rooms.values()].map((room) => room.close(reason)))
    },
  }
}
