import type { RoomSession } from '../room/session.ts'
import type { RoomWait } from '../room/settled.ts'
import type { Connection } from '../sync/connection.ts'
import type { LineState } from '../sync/lineState.ts'
import type { WelcomeSession } from '../sync/welcomeSession.ts'
import type { Greeting, SyncState } from './greeting.ts'
import type { Present } from './present.ts'

/** What a running client knows beside its store: plain data, to be printed and to be held against laws. */
export interface Volatile {
  readonly line: LineState
  /** How far the rooms have followed it. */
  readonly sync: SyncState
  readonly welcomes: WelcomeSession | null
  /** By id in hex. */
  readonly rooms: ReadonlyMap<string, VolatileRoom>
}

export interface VolatileRoom {
  readonly session: RoomSession
  readonly waiting: readonly RoomWait[]
}

/** A look at what a client knows now. */
export const volatileOf =
  (present: Present, connection: Connection, greeting: Greeting): (() => Volatile) =>
  () => {
    const rooms = present.device?.rooms
    return {
      line: connection.state(),
      sync: greeting.state(),
      welcomes: rooms?.welcomes() ?? null,
      rooms: new Map(
        [...(rooms?.all() ?? [])].map((room) => [
          room.id,
          { session: room.session(), waiting: room.waiting() },
        ]),
      ),
    }
  }
