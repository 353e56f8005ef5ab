import { normalizeName, SottoError } from '@sotto/client'
import type { Lane, LaneEvent } from '@sotto/client/open'
import { serverOf } from '../lane/account.ts'
import { enrol } from '../lane/enroll.ts'
import { openAccountLane } from '../lane/open.ts'
import type { OutageTeller } from '../outage.ts'
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
  readonly hear: Hearer
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
  close(): Promise<void>
}

interface Seated {
  readonly seat: Visit['seat']
  readonly desk: Desk
  readonly hear: Hearer
}

interface Open {
  readonly lane: Lane
  readonly seated: Set<Seated>
  /** Something could not be told, for nobody was there: nothing more is told, and another lane begins with it. */
  readonly isSpent: () => boolean
  /** Somebody is there to be told. */
  readonly begin: () => void
  /** Nobody will be told what waits to be told: it stays for the next who logs in. */
  readonly close: () => Promise<void>
}

const nobody = new Error('nobody is logged in')

const openDesk = async (
  profile: string,
  server: string,
  name: string,
  outages: OutageTeller,
): Promise<Open> => {
  const known = serverOf(profile, name)
  if (known === undefined) await enrol(profile, { name, server, keyKind: 'P-256', signer: undefined })
  else if (known !== server) throw new SottoError('account_exists', `${name} lives on ${known}`)
  const seated = new Set<Seated>()
  let isSpent = false
  let begin: () => void = () => {}
  const begun = new Promise<void>((resolve) => (begin = resolve))
  const onEvent = async (event: LaneEvent): Promise<void> => {
    // What merely happens is past when somebody comes; what is kept waits for him.
    if (event.kind === 'connection' && seated.size === 0) return
    await begun
    isSpent ||= seated.size === 0
    if (isSpent) throw nobody
    const heard = await Promise.all([...seated].map(({ hear, desk }) => hear(event, desk)))
    isSpent ||= !heard.includes(true)
    if (isSpent) throw nobody
  }
  const lane = await openAccountLane(profile, name, { onEvent }, outages)
  return {
    lane,
    seated,
    isSpent: () => isSpent,
    begin,
    close: async () => {
      isSpent = true
      begin()
      await lane.close()
    },
  }
}

const checkSeat = (name: string, { seated }: Open, seat: Visit['seat']): void => {
  const isTaken = seat === 'alone' ? seated.size > 0 : [...seated].some((one) => one.seat === 'alone')
  if (isTaken) throw new GatewayRefusal('NAME_IN_USE', `${name} is logged in here already`)
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

  const freshDesk = async (name: string): Promise<Open> => {
    const known = await open.get(name)
    if (known && !known.isSpent()) return known
    await known?.close()
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

  const seat = async (name: string, { room, hear, seat: kind }: Visit): Promise<readonly [Open, Seated]> => {
    const opened = await freshDesk(name)
    checkSeat(name, opened, kind)
    try {
      const { lane } = opened
      const number = room === undefined ? 0 : await lane.joinRoom(room)
      const seated: Seated = { seat: kind, hear, desk: { name: lane.name, room: number, lane } }
      opened.seated.add(seated)
      opened.begin()
      return [opened, seated]
    } catch (error) {
      await closeIfEmpty(name)
      throw error
    }
  }

  return {
    enter: async (visit) => {
      const name = normalizeName(visit.name)
      const [opened, seated] = await inTurn(name, () => seat(name, visit))
      const leave = async (): Promise<void> => {
        opened.seated.delete(seated)
        await inTurn(name, () => closeIfEmpty(name))
      }
      return { desk: seated.desk, leave }
    },
    anyLane: async () => {
      const all = await Promise.allSettled(open.values())
      const [one] = all.flatMap((each) =>
        each.status === 'fulfilled' && each.value.seated.size > 0 ? [each.value] : [],
      )
      return one?.lane
    },
    close: async () => {
      const all = await Promise.allSettled(open.values())
      open.clear()
      await Promise.all(all.flatMap((one) => (one.status === 'fulfilled' ? [one.value.close()] : [])))
    },
  }
}
