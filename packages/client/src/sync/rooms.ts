import { type Acknowledgement, SottoError, toHex } from '@sotto/protocol'
import { cellOf } from '../cell.ts'
import type { Room, RoomDeps } from '../room/atWork.ts'
import type { Joining } from '../room/enter.ts'
import { rawBytesOfRoom } from '../room/rawKeeper.ts'
import { openRoom } from '../room/room.ts'
import { emptyRoom, isShown, type Place, type RoomState } from '../room/state.ts'
import { watchNewcomers } from './newcomers.ts'
import { takeHeads } from './signedHeads.ts'
import { openWelcomes, type WelcomesDeps } from './welcomes.ts'
import { type WelcomeSession, welcomesAtFirst } from './welcomeSession.ts'

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
  /** What is known of the Welcomes that wait, beside what is stored. */
  welcomes(): WelcomeSession
  close(reason: SottoError): Promise<void>
}

export interface RoomsDeps extends Omit<WelcomesDeps, 'session' | 'roomOf'> {
  readonly roomDeps: Omit<RoomDeps, 'rawBytesMax'>
}

export const openRooms = (deps: RoomsDeps, stored: readonly RoomState[]): Rooms => {
  const { line, contacts, roomDeps } = deps
  const rooms = new Map<string, Room>()
  const session = cellOf(welcomesAtFirst)
  const each = (work: (room: Room) => void): void => {
    for (const room of rooms.values()) work(room)
  }
  const proceed = (): void => each((room) => room.proceed())
  const states = (): Iterable<RoomState> => [...rooms.values()].map((room) => room.state())
  const newcomers = watchNewcomers({ line, contacts, rooms: states, proceed })

  const open = (state: RoomState, isStored: boolean): Room => {
    const room = openRoom(watched, state, isStored)
    rooms.set(room.id, room)
    return room
  }
  const roomOf = (id: Uint8Array): Room =>
    rooms.get(toHex(id)) ?? open(emptyRoom(id, { kind: 'absent' }), false)
  const welcomes = openWelcomes({ ...deps, session, roomOf })
  const watched: RoomDeps = {
    ...roomDeps,
    rawBytesMax: () => rawBytesOfRoom(rooms.size),
    changed: (room, told) => {
      roomDeps.changed(room, told)
      newcomers.changed(room)
      welcomes.changed(room)
    },
  }
  for (const state of stored) open(state, true)

  const find = (id: string): Room | undefined => {
    const room = rooms.get(id)
    return room && room.state().phase.kind !== 'absent' ? room : undefined
  }
  const get = (id: string): Room => {
    const room = find(id)
    if (!room || !isShown(room.state())) throw new SottoError('room_unknown')
    return room
  }

  return {
    all: () => rooms.values(),
    get,
    find,
    add: (state) => open(state, false),
    places: () => new Map([...rooms].map(([id, room]) => [id, room.state().place])),
    headsAre: (heads, then) => takeHeads(rooms, heads, then),
    readWelcomes: welcomes.read,
    enter: async (id, phase, openName) => welcomes.enter(get(id), phase, openName),
    followChains: newcomers.followAll,
    chainGrew: async (account, seq) => {
      // Whoever is not known here is nobody to look after.
      if (!contacts.find(account)) return
      await contacts.ensure([{ account, seq }])
      proceed()
    },
    proceed,
    wake: () => each((room) => room.wake()),
    welcomes: session.now,
    close: async (reason) => {
      await Promise.all([...rooms.values()].map((room) => room.close(reason)))
    },
  }
}
