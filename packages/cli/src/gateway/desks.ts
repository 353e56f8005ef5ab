import { normalizeName, SottoError } from '@sotto/client'
import type { Lane, LaneEvent } from '@sotto/client/open'
import { serverOf } from '../lane/account.ts'
import { enrol } from '../lane/enroll.ts'
import { openAccountLane } from '../lane/open.ts'
import type { OutageTeller } from '../outage.ts'
import { plainOf, type Told } from './plain.ts'

/** One account whose keys the gateway holds, and the local programs that are logged in as it. */
export interface Desk {
  readonly name: string
  readonly room: number
  /** Into the room of the gateway, or to one recipient. @throws LaneError */
  send(text: string, to: string | undefined): Promise<string>
}

/** @returns whether it is out of this process: one that has gone has heard nothing */
export type Hearer = (told: Told) => Promise<boolean>

export interface Desks {
  /**
   * Logs a local program in: an account of the profile, or a new one.
   *
   * @returns the desk, and what logs out again
   * @throws LaneError `USERNAME_TAKEN` and so on, SottoError `name_invalid`
   */
  enter(name: string, hear: Hearer): Promise<{ readonly desk: Desk; leave(): Promise<void> }>
  close(): Promise<void>
}

interface Open {
  readonly lane: Lane
  readonly room: number
  readonly hearers: Set<Hearer>
  /** Something could not be told, for nobody was there: nothing more is told, and another lane begins with it. */
  readonly isSpent: () => boolean
  /** Somebody is there to be told. */
  readonly begin: () => void
}

const nobody = new Error('nobody is logged in')

export const makeDesks = (
  profile: string,
  server: string,
  roomName: string,
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

  const openDesk = async (name: string): Promise<Open> => {
    const known = serverOf(profile, name)
    if (known === undefined) await enrol(profile, { name, server, keyKind: 'P-256', signer: undefined })
    else if (known !== server) throw new SottoError('account_exists', `${name} lives on ${known}`)
    const hearers = new Set<Hearer>()
    let room = 0
    let isSpent = false
    let begin: () => void = () => {}
    const begun = new Promise<void>((resolve) => (begin = resolve))
    const onEvent = async (event: LaneEvent): Promise<void> => {
      // What merely happens is past when somebody comes; what is kept waits for him.
      if (event.kind === 'connection' && hearers.size === 0) return
      await begun
      isSpent ||= hearers.size === 0
      if (isSpent) throw nobody
      const told = plainOf(event, room)
      if (!told) return
      const heard = await Promise.all([...hearers].map((hear) => hear(told)))
      isSpent ||= !heard.includes(true)
      if (isSpent) throw nobody
    }
    const lane = await openAccountLane(profile, name, { onEvent }, outagesOf(name))
    try {
      room = await lane.joinRoom(roomName)
    } catch (error) {
      // Nobody will be told what waits to be told: it stays for the next who logs in.
      isSpent = true
      begin()
      await lane.close()
      throw error
    }
    return { lane, room, hearers, isSpent: () => isSpent, begin }
  }

  const freshDesk = async (name: string): Promise<Open> => {
    const known = await open.get(name)
    if (known && !known.isSpent()) return known
    await known?.lane.close()
    const opening = openDesk(name)
    open.set(name, opening)
    opening.catch(() => open.delete(name))
    return opening
  }

  const deskOf = ({ lane, room }: Open): Desk => ({
    name: lane.name,
    room,
    send: async (text, to) => {
      if (to !== undefined) return (await lane.send(to, text)).id
      return String((await lane.sendToRoom(room, text)).id)
    },
  })

  const closeDesk = async (name: string): Promise<void> => {
    const opened = await open.get(name)
    if (!opened || opened.hearers.size > 0) return
    open.delete(name)
    await opened.lane.close()
  }

  return {
    enter: async (given, hear) => {
      const name = normalizeName(given)
      const opened = await inTurn(name, async () => {
        const desk = await freshDesk(name)
        desk.hearers.add(hear)
        desk.begin()
        return desk
      })
      const leave = async (): Promise<void> => {
        opened.hearers.delete(hear)
        await inTurn(name, () => closeDesk(name))
      }
      return { desk: deskOf(opened), leave }
    },
    close: async () => {
      const all = await Promise.allSettled(open.values())
      open.clear()
      await Promise.all(
        all.map((one) => (one.status === 'fulfilled' ? one.value.lane.close() : Promise.resolve())),
      )
    },
  }
}
