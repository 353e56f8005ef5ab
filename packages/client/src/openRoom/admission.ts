import type { Provider } from '@sotto/mls'
import { equalBytes, limits, operations, SottoError, toHex } from '@sotto/protocol'
import { may } from '@sotto/trust'
import type { Contacts } from '../account/contacts.ts'
import { isOpenRoom, letsIn } from '../content/openness.ts'
import type { Scheduler } from '../ports/scheduler.ts'
import type { Room } from '../room/atWork.ts'
import { claimKeyPackages } from '../room/claim.ts'
import type { Line } from '../room/line.ts'
import { idByRequest } from '../room/metaChange.ts'
import { isMetaKnown } from '../room/metadata.ts'
import { accountsIn, freePlaces } from '../room/places.ts'
import { type Intent, policyIn, type RoomState } from '../room/state.ts'

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

/** Whether this device brings people in who ask. */
export const keepsDoor = (room: RoomState, account: Uint8Array): boolean => {
  const policy = policyIn(room)
  return (
    room.phase.kind === 'active' &&
    policy !== undefined &&
    may(policy, account, 'invite') &&
    isMetaKnown(room) &&
    isOpenRoom(room.meta)
  )
}

/** Those of the askers whom the room lets in and who are neither in nor on the way. */
export const toBringIn = (room: RoomState, askers: readonly Uint8Array[]): readonly Uint8Array[] => {
  if (!room.group) return []
  const inside = accountsIn(room.group.public)
  const isUnderWay = (account: Uint8Array): boolean =>
    room.intents.some((intent) => 'account' in intent && equalBytes(intent.account, account))
  return askers.filter(
    (account) => !inside.has(toHex(account)) && !isUnderWay(account) && letsIn(room.meta, account),
  )
}

/** Between two looks into one room: whoever hints more often is not asked more often. */
const pauseMs = 1000
/** One of many members is enough: each waits a while of its own, the longer the more they are. */
const turnMs = { min: 100, max: 1500, perMember: 20, most: 20_000 }
/** Somebody who could not be brought in is tried again; so often, until the next connection. */
const againMs = { min: 15_000, max: 10 * 60_000 }
const triesMax = 12

export const makeAdmission = (deps: Deps): Admission => {
  const { account, provider, contacts, scheduler, line } = deps
  /** Rooms that are being looked into, or waited for. */
  const busy = new Map<string, 'once' | 'again'>()
  const tries = new Map<string, number>()
  const timers = new Set<() => void>()
  let isOver = false

  const between = (min: number, max: number): number => {
    const [byte = 0, next = 0] = provider.random(2)
    return min + ((byte * 256 + next) / 65536) * (max - min)
  }
  const pause = (delayMs: number): Promise<void> =>
    new Promise((resolve) => {
      const cancel = scheduler.after(delayMs, () => {
        timers.delete(cancel)
        resolve()
      })
      timers.add(cancel)
    })

  const isKeeping = (room: Room): boolean =>
    !isOver && line.isOnline() && line.isGreeted() && keepsDoor(room.state(), account)

  const askersOf = async (room: Room): Promise<readonly Uint8Array[]> => {
    const { askers } = await line.call(operations.readAskers, { room: room.state().id })
    const accounts = askers.map((asker) => asker.account).filter((one) => !deps.isBlocked(one))
    return toBringIn(room.state(), accounts)
  }

  const turnOf = ({ group }: RoomState): number => {
    const members = group ? accountsIn(group.public).size : 1
    const most = Math.min(turnMs.most, turnMs.max + turnMs.perMember * members)
    return members === 1 ? turnMs.min : between(turnMs.min, most)
  }

  /** @throws SottoError as the line or the server does */
  const claimFor = async (room: Room, asker: Uint8Array): Promise<Intent | undefined> => {
    const clockS = Math.floor(deps.timeMs() / 1000)
    const claiming = { call: line.call, provider, contacts, clockS }
    try {
      const keyPackages = await claimKeyPackages(claiming, room.state(), asker)
      return { kind: 'invite', id: idByRequest(toHex(asker)), account: asker, keyPackages }
    } catch (error) {
      // Nobody can be brought in without: it may put some up yet.
      if (error instanceof SottoError && error.code === 'key_package_unavailable') return undefined
      throw error
    }
  }

  const bringIn = async (room: Room, askers: readonly Uint8Array[]): Promise<void> => {
    const intents: Intent[] = []
    for (const asker of askers.slice(0, limits.addsPerCommitMax)) {
      const policy = policyIn(room.state())
      const { group } = room.state()
      if (!isKeeping(room) || !policy || !group) return
      if (freePlaces(group.public, policy) <= intents.length) break
      const intent = await claimFor(room, asker)
      if (intent) intents.push(intent)
    }
    // What was decided while key packages were fetched counts: the door may be closed, or another was first.
    const wanted = toBringIn(
      room.state(),
      intents.flatMap((intent) => ('account' in intent ? [intent.account] : [])),
    )
    const fresh = intents.filter(
      (intent) => 'account' in intent && wanted.some((one) => equalBytes(one, intent.account)),
    )
    await Promise.allSettled(room.intendAll(fresh))
  }

  const lookOnce = async (room: Room): Promise<void> => {
    const isAnybody = (await askersOf(room)).length > 0
    if (!isAnybody) {
      tries.delete(room.id)
      return
    }
    await pause(turnOf(room.state()))
    if (!isKeeping(room)) return
    const askers = await askersOf(room)
    if (askers.length > 0) await bringIn(room, askers)
    // Who is left over is tried again later, for it may have been the line, or a lack of key packages.
    if (isKeeping(room) && (await askersOf(room)).length > 0) later(room)
  }

  const later = (room: Room): void => {
    const tried = (tries.get(room.id) ?? 0) + 1
    tries.set(room.id, tried)
    if (tried > triesMax) return
    void pause(Math.min(againMs.max, againMs.min * 2 ** (tried - 1))).then(() => heard(room))
  }

  const heard = (room: Room): void => {
    if (!isKeeping(room)) return
    if (busy.has(room.id)) {
      busy.set(room.id, 'again')
      return
    }
    busy.set(room.id, 'once')
    void lookOnce(room)
      .catch(() => {
        if (!isOver) later(room)
      })
      .then(() => pause(pauseMs))
      .then(() => {
        const isAgain = busy.get(room.id) === 'again'
        busy.delete(room.id)
        if (isAgain) heard(room)
      })
  }

  return {
    heard,
    look: () => {
      tries.clear()
      for (const room of deps.rooms()) heard(room)
    },
    rest: () => {
      isOver = true
      for (const cancel of timers) cancel()
      timers.clear()
    },
  }
}
