import type { ServerLimits } from '../../configuration.ts'
import type { OpenCaller } from '../accounts/sessions.ts'
import { OpenRefusal } from '../failure.ts'
import { emptyRound, type Round } from '../mail/postman.ts'
import {
  type Connection,
  type ConnectionDependencies,
  makeConnection,
  type OpenSocket,
} from './connection.ts'
import type { Line } from './line.ts'

/** Who is there: the sockets of everybody, by user. */
export interface Attendance {
  /** A socket that has been let in. */
  welcome(
    socket: OpenSocket,
    caller: OpenCaller,
    place: { readonly line: Line; readonly address: string },
  ): void
  isOnline(user: number): boolean
  /** Those who have a socket open. */
  online(): readonly { readonly id: number; readonly name: string }[]
  /** Lets go of those whose session has ended. */
  checkSessions(): void
  /** Tells everybody that the server closes; each resolves when that has arrived, or nobody hears it any more. */
  sayClosing(): readonly Promise<void>[]
}

interface Dependencies extends ConnectionDependencies {
  readonly limits: ServerLimits
  /** Somebody’s last socket has gone. */
  onOffline(user: { readonly id: number; readonly name: string }): void
}

export const makeAttendance = (dependencies: Dependencies): Attendance => {
  const { limits, onOffline } = dependencies
  const byUser = new Map<number, { readonly round: Round; readonly connections: Set<Connection> }>()

  const everyConnection = (): readonly Connection[] =>
    [...byUser.values()].flatMap(({ connections }) => [...connections])

  return {
    welcome: (socket, caller, place) => {
      const { id, name } = caller.user
      const known = byUser.get(id) ?? { round: emptyRound(), connections: new Set() }
      byUser.set(id, known)
      const connection = makeConnection(socket, caller, known.round, place, dependencies)
      known.connections.add(connection)
      socket.once('disconnect', () => {
        known.connections.delete(connection)
        if (known.connections.size > 0 || byUser.get(id) !== known) return
        byUser.delete(id)
        onOffline({ id, name })
      })
      if (known.connections.size <= limits.socketsPerAccountMax) return
      // The oldest goes: of a program that connects again and again it is the one that is dead.
      const [oldest] = known.connections
      oldest?.close(new OpenRefusal('RATE_LIMITED'))
    },
    isOnline: (user) => byUser.has(user),
    online: () =>
      [...byUser].flatMap(([id, { connections }]) =>
        [...connections].slice(0, 1).map(({ name }) => ({ id, name })),
      ),
    checkSessions: () => {
      for (const connection of everyConnection()) void connection.checkSession()
    },
    sayClosing: () => everyConnection().map((connection) => connection.sayClosing()),
  }
}
