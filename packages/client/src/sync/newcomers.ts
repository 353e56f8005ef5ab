import { accountIdBytes, fromHex, toHex } from '@sotto/protocol'
import type { Contacts } from '../account/contacts.ts'
import { accountsIn } from '../room/places.ts'
import type { Line } from '../room/line.ts'
import { follows, publicOf, type RoomState } from '../room/state.ts'
import { followChains } from './growth.ts'

/**
 * Fetches what the chains of members have grown by: at the beginning of a connection of all of them, and then of accounts
 * that appear in the tree of a room, for one of their devices may have been revoked since.
 */
export interface Newcomers {
  /** @throws what the transport throws */
  followAll(): Promise<void>
  /** A step was taken in a room. */
  changed(room: RoomState): void
}

interface Deps {
  readonly line: Line
  readonly contacts: Contacts
  /** As they stand now. */
  rooms(): Iterable<RoomState>
  /** The chains of some have grown: all rooms look for something to do. */
  proceed(): void
}

const accountOf = (account: string): Uint8Array => fromHex(account, accountIdBytes)

const groupOf = (room: RoomState) => (follows(room) ? publicOf(room) : null)

export const watchNewcomers = ({ line, contacts, rooms, proceed }: Deps): Newcomers => {
  /** Whose chains this connection has asked for, in hex; null before it has. */
  let asked: Set<string> | null = null
  /** The trees that were looked at last. */
  const trees = new Map<string, unknown>()

  const follow = (accounts: Iterable<string>): Promise<void> =>
    followChains(line.call, contacts, [...accounts].map(accountOf))

  const changed = (room: RoomState): void => {
    const group = groupOf(room)
    if (!group || !asked || trees.get(toHex(room.id)) === group.tree) return
    trees.set(toHex(room.id), group.tree)
    const known = asked
    const fresh = [...accountsIn(group)].filter((account) => !known.has(account))
    if (fresh.length === 0) return
    for (const account of fresh) known.add(account)
    follow(fresh)
      .then(proceed)
      // With the next entry it is tried again, or with the next connection.
      .catch(() => {
        trees.delete(toHex(room.id))
        for (const account of fresh) known.delete(account)
      })
  }

  return {
    changed,
    followAll: async () => {
      const accounts = new Set([...rooms()].flatMap((room) => [...accountsOf(room)]))
      asked = null
      await follow(accounts)
      asked = accounts
      for (const room of rooms()) changed(room)
    },
  }
}

const accountsOf = (room: RoomState): ReadonlySet<string> => {
  const group = groupOf(room)
  return group ? accountsIn(group) : new Set()
}
