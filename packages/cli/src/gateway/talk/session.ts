import type { Desk, Desks, Hearer } from '../desks.ts'
import { plainOf, systemMessage, type Told } from './plain.ts'
import { changesOf, type Roster } from './roster.ts'

/** The room in which the local programs of a gateway talk. */
export interface Room {
  readonly name: string
  readonly server: string
  readonly desks: Desks
  readonly roster: Roster
  readonly sessions: Set<Session>
}

/** A local program that is logged in. */
export interface Session {
  readonly desk: Desk
  /** Tells who is there now, and who has come and gone since it was told before. */
  there(names: readonly string[]): void
  /** Logs out. What comes later waits for the next who logs in. */
  leave(): Promise<void>
}

/** Tells a program; resolves with whether that is out of this process. */
export type Say = (told: Told) => Promise<boolean>

const makeHearer =
  (say: Say, { refresh }: Roster): Hearer =>
  async (event, { lane, room }) => {
    if (event.kind === 'presence') refresh()
    if (event.kind === 'connection' && event.state === 'online') {
      // To the others this account had gone with its connection.
      lane.announce().catch(() => {})
      refresh()
    }
    const told = plainOf(event, room)
    return told ? say(told) : true
  }

const makeThere = (self: string, say: Say): Session['there'] => {
  let before: readonly string[] | null = null
  return (names) => {
    for (const { name, change } of changesOf(before, names, self))
      void say(systemMessage(`${name} has ${change}`, { username: name, change }))
    if (before?.join() !== names.join()) void say({ event: 'user_list', payload: { users: names } })
    before = names
  }
}

/**
 * Logs a program in and lets it into the room.
 *
 * @param as an old page is alone under its name
 * @throws GatewayRefusal `NAME_IN_USE`, LaneError `USERNAME_TAKEN` and so on, SottoError `name_invalid`
 */
export const enterRoom = async (
  room: Room,
  username: string,
  as: 'program' | 'page',
  say: Say,
): Promise<Session> => {
  const { desks, roster, sessions } = room
  const seat = as === 'page' ? 'alone' : 'shared'
  const hear = makeHearer(say, roster)
  const { desk, leave } = await desks.enter({ name: username, seat, room: room.name, hear })
  const session: Session = {
    desk,
    there: makeThere(desk.name, say),
    leave: async () => {
      sessions.delete(session)
      await leave()
      roster.refresh()
    },
  }
  sessions.add(session)
  desk.lane.announce().catch(() => {})
  roster.refresh()
  return session
}

/** Who is in the room of a desk and there, in the order of the alphabet. */
export const presentIn = async ({ lane, room }: Desk): Promise<readonly string[]> => {
  const [members, online] = await Promise.all([lane.roomMembers(room), lane.online()])
  const isOnline = new Set(online.map(({ name }) => name))
  return members
    .map(({ name }) => name)
    .filter((name) => isOnline.has(name))
    .toSorted()
}
