import { normalizeName, SottoError } from '@sotto/client'
import type { Lane, LaneEvent } from '@sotto/lane'
import { laneNames, serverOf } from '../lane/account.ts'
import { enrol } from '../lane/enroll.ts'
import { openAccountLane } from '../lane/open.ts'
import type { OutageTeller } from '../outage.ts'
import { type Hear, type Listeners, makeListeners } from './listeners.ts'
import { GatewayRefusal } from './refusal.ts'

/** One account whose keys the gateway holds, and the local programs that are logged in as it. */
export interface Desk {
  readonly name: string
  /** The room that was wanted; 0 where none was. */
  readonly room: number
  readonly lane: Omit<Lane, 'close'>
}

/** @returns whether it is out of this process: one that has gone has heard nothing */
export type Hearer = (event: LaneEvent, desk: Desk) => Promise<boolean>

export interface Visit {
  readonly name: string
  /** Whether others of this gateway may be logged in as the same account. */
  readonly seat: 'shared' | 'alone'
  /** A room to be in before anything is told; made where it is not there. */
  readonly room?: string
  /** Whoever only sends hears nothing: what comes waits for another, and nobody's place is taken. */
  readonly hear?: Hearer
}

export interface Desks {
  /**
   * Logs a local program in: an account of the profile, or a new one.
   *
   * @returns the desk, and what logs out again
   * @throws GatewayRefusal `NAME_IN_USE`, LaneError `USERNAME_TAKEN` and so on, SottoError `name_invalid`
   */
  enter(visit: Visit): Promise<{ readonly desk: Desk; leave(): Promise<void> }>
  /** Any lane that is open: to ask the server for what everybody may know. Undefined where nobody is logged in. */
  anyLane(): Promise<Desk['lane'] | undefined>
  /** Names that the profile has on this server. */
  accounts(): Promise<readonly string[]>
  close(): Promise<void>
}

interface Seated {
  readonly seat: Visit['seat']
  readonly desk: Desk
  /** Null of those who only send. */
  readonly hear: Hear | null
}

interface Open {
  readonly lane: Lane
  readonly seated: Set<Seated>
  readonly listeners: Listeners
  /** Nobody will be told what waits to be told: it stays for the next who logs in. */
  readonly close: () => Promise<void>
}

const openDesk = async (
  profile: string,
  server: string,
  name: string,
  outages: OutageTeller,
): Promise<Open> => {
  const known = await serverOf(profile, name)
  if (known === undefined) await enrol(profile, { name, server, keyKind: 'P-256', signer: undefined })
  else if (known !== server) throw new SottoError('account_exists', `${name} lives on ${known}`)
  const listeners = makeListeners()
  const lane = await openAccountLane(profile, name, { onEvent: listeners.tell }, outages)
  return {
    lane,
    seated: new Set(),
    listeners,
    close: async () => {
      listeners.close()
      await lane.close()
    },
  }
}

const checkSeat = (name: string, { seated }: Open, { seat, hear }: Visit): void => {
  if (!hear) return
  const others = [...seated].filter((one) => one.hear !== null)
  if (others.some((one) => one.seat === 'alone' || seat === 'alone'))
    throw new GatewayRefusal('NAME_IN_USE', `${name} is logged in here already`)
}

export const makeDesks = (
  profile: string,
  server: string,
  outagesOf: (name: string) => OutageTeller,
): Desks => {
  const open = new Map<string, Promise<Open>>()
  /** Logging in and out of one account, one after the other. */
  const turns = new Map<string, Promise<unknown>>()

  const inTurn = <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const next = (turns.get(name) ?? Promise.resolve()).then(work, work)
    turns.set(name, next)
    return next
  }

  const openedDesk = (name: string): Promise<Open> => {
    const known = open.get(name)
    if (known) return known
    const opening = openDesk(profile, server, name, outagesOf(name))
    open.set(name, opening)
    opening.catch(() => open.delete(name))
    return opening
  }

  const closeIfEmpty = async (name: string): Promise<void> => {
    const opened = await open.get(name)
    if (!opened || opened.seated.size > 0) return
    open.delete(name)
    await opened.close()
  }

  const seat = async (name: string, visit: Visit): Promise<readonly [Open, Seated]> => {
    const opened = await openedDesk(name)
    const { lane, seated, listeners } = opened
    const { room, hear } = visit
    try {
      checkSeat(name, opened, visit)
      const desk = { name: lane.name, room: room === undefined ? 0 : await lane.joinRoom(room), lane }
      const one: Seated = { seat: visit.seat, desk, hear: hear ? (event) => hear(event, desk) : null }
      seated.add(one)
      if (one.hear) listeners.add(one.hear)
      return [opened, one]
    } catch (error) {
      await closeIfEmpty(name)
      throw error
    }
  }

  return {
    enter: async (visit) => {
      const name = normalizeName(visit.name)
      const [{ seated, listeners }, one] = await inTurn(name, () => seat(name, visit))
      const leave = async (): Promise<void> => {
        seated.delete(one)
        if (one.hear) listeners.delete(one.hear)
        await inTurn(name, () => closeIfEmpty(name))
      }
      return { desk: one.desk, leave }
    },
    anyLane: async () => {
      const all = await Promise.allSettled(open.values())
      const [one] = all.flatMap((each) =>
        each.status === 'fulfilled' && each.value.seated.size > 0 ? [each.value] : [],
      )
      return one?.lane
    },
    accounts: async () => {
      const names = await laneNames(profile)
      const servers = await Promise.all(names.map((name) => serverOf(profile, name)))
      return names.filter((_, at) => servers[at] === server)
    },
    close: async () => {
      const all = await Promise.allSettled(open.values())
      open.clear()
      await Promise.all(all.flatMap((one) => (one.status === 'fulfilled' ? [one.value.close()] : [])))
    },
  }
}
