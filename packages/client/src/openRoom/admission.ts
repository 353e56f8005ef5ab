import type { Provider } from '@sotto/mls'
import { operations } from '@sotto/protocol'
import type { Contacts } from '../account/contacts.ts'
import type { Scheduler } from '../ports/scheduler.ts'
import type { Room } from '../room/atWork.ts'
import type { Line } from '../room/line.ts'
import { accountsIn } from '../room/places.ts'
import type { RoomState } from '../room/state.ts'
import { bringIn } from './bringIn.ts'
import { keepsDoor, toBringIn } from './door.ts'
import { makePauses, type Pauses } from './pauses.ts'

/**
 * Brings those in who ask to come into an open room: any member's device does, by what it knows itself (rule OPEN-6). The
 * server says who asks, and nothing more: a room whose sealed metadata do not say that it is open stays closed.
 */
export interface Admission {
  /** Somebody may have asked, in this room or in any. */
  heard(room: Room): void
  look(): void
  rest(): void
}

interface Deps {
  rooms(): Iterable<Room>
  readonly account: Uint8Array
  readonly provider: Provider
  readonly contacts: Contacts
  readonly scheduler: Scheduler
  readonly line: Line
  timeMs(): number
  isBlocked(account: Uint8Array): boolean
}

/** What an admission remembers from one look to the next. */
interface Looking {
  /** Rooms that are being looked into, or waited for. */
  readonly busy: Map<string, 'once' | 'again'>
  /** How often a room was tried again, since this connection. */
  readonly tries: Map<string, number>
  readonly pauses: Pauses
  isOver: boolean
}

/** Between two looks into one room: whoever hints more often is not asked more often. */
const pauseMs = 1000
/** One of many members is enough: each waits a while of its own, the longer the more they are. */
const turnMs = { min: 100, max: 1500, perMember: 20, most: 20_000 }
/** Somebody who could not be brought in is tried again; so often, until the next connection. */
const againMs = { min: 15_000, max: 10 * 60_000 }
const triesMax = 12

/** By chance, and the same for each value between both. */
const between = ({ provider }: Pick<Deps, 'provider'>, min: number, max: number): number => {
  const [byte = 0, next = 0] = provider.random(2)
  return min + ((byte * 256 + next) / 65536) * (max - min)
}

const turnOf = (deps: Deps, { group }: RoomState): number => {
  const members = group ? accountsIn(group.public).size : 1
  const most = Math.min(turnMs.most, turnMs.max + turnMs.perMember * members)
  return members === 1 ? turnMs.min : between(deps, turnMs.min, most)
}

const isKeeping = ({ line, account }: Deps, { isOver }: Looking, room: Room): boolean =>
  !isOver && line.isOnline() && line.isSynced() && keepsDoor(room.state(), account)

const askersOf = async ({ line, isBlocked }: Deps, room: Room): Promise<readonly Uint8Array[]> => {
  const { askers } = await line.call(operations.readAskers, { room: room.state().id })
  const accounts = askers.map((asker) => asker.account).filter((one) => !isBlocked(one))
  return toBringIn(room.state(), accounts)
}

const later = (deps: Deps, looking: Looking, room: Room): void => {
  const { tries, pauses } = looking
  const tried = (tries.get(room.id) ?? 0) + 1
  tries.set(room.id, tried)
  if (tried > triesMax) return
  const delayMs = Math.min(againMs.max, againMs.min * 2 ** (tried - 1))
  void pauses.pause(delayMs).then(() => heard(deps, looking, room))
}

/** @throws SottoError as the line or the server does */
const lookOnce = async (deps: Deps, looking: Looking, room: Room): Promise<void> => {
  const isAnybody = (await askersOf(deps, room)).length > 0
  if (!isAnybody) {
    looking.tries.delete(room.id)
    return
  }
  await looking.pauses.pause(turnOf(deps, room.state()))
  const isKeepingStill = (one: Room): boolean => isKeeping(deps, looking, one)
  if (!isKeepingStill(room)) return
  const askers = await askersOf(deps, room)
  if (askers.length > 0)
    await bringIn({ ...deps, call: deps.line.call, isKeeping: isKeepingStill }, room, askers)
  // Whoever is left over is tried again later: the line may have failed, or key packages were missing.
  if (isKeepingStill(room) && (await askersOf(deps, room)).length > 0) later(deps, looking, room)
}

const heard = (deps: Deps, looking: Looking, room: Room): void => {
  const { busy, pauses } = looking
  if (!isKeeping(deps, looking, room)) return
  if (busy.has(room.id)) {
    busy.set(room.id, 'again')
    return
  }
  busy.set(room.id, 'once')
  void lookOnce(deps, looking, room)
    .catch(() => {
      if (!looking.isOver) later(deps, looking, room)
    })
    .then(() => pauses.pause(pauseMs))
    .then(() => {
      const isAgain = busy.get(room.id) === 'again'
      busy.delete(room.id)
      if (isAgain) heard(deps, looking, room)
    })
}

export const makeAdmission = (deps: Deps): Admission => {
  const looking: Looking = {
    busy: new Map(),
    tries: new Map(),
    pauses: makePauses(deps.scheduler),
    isOver: false,
  }
  return {
    heard: (room) => heard(deps, looking, room),
    look: () => {
      looking.tries.clear()
      for (const room of deps.rooms()) heard(deps, looking, room)
    },
    rest: () => {
      looking.isOver = true
      looking.pauses.end()
    },
  }
}
