import { toHex } from '@sotto/protocol'
import type { Store } from '../ports/store.ts'
import { recordsBefore } from '../timeline/pages.ts'
import { accountsWhere } from './places.ts'
import { publicOf, type RoomState } from './state.ts'

/** How far back it is looked who has spoken; a leaf tells of most who have been there for longer. */
const recordsMax = 256

/** Devices that have said something since their account was brought in, in hex, by account. */
const heardIn = async (store: Store, room: string): Promise<ReadonlyMap<string, ReadonlySet<string>>> => {
  const heard = new Map<string, Set<string>>()
  const { records } = await recordsBefore(store, room, null, recordsMax)
  for (const item of records.flatMap(({ record }) => record.items))
    if (item.kind === 'event' && item.event.kind === 'added') heard.delete(toHex(item.event.account))
    else if (item.kind === 'message') {
      const account = toHex(item.account)
      heard.set(account, (heard.get(account) ?? new Set()).add(toHex(item.device)))
    }
  return heard
}

/**
 * Accounts of which all devices in the room have yet to come in, in hex. That they have, the server says, and only of
 * those of whom nothing here shows the contrary: who has committed or spoken is in.
 *
 * @param waiting devices for which an invitation waits at the server, in hex
 */
export const awaitedIn = async (
  store: Store,
  room: RoomState,
  waiting: ReadonlySet<string>,
): Promise<ReadonlySet<string>> => {
  const group = publicOf(room)
  if (!group || waiting.size === 0) return new Set()
  const accounts = accountsWhere(
    group,
    (device, { source }) => source.kind === 'key_package' && waiting.has(toHex(device)),
  )
  if (accounts.size === 0) return accounts
  const heard = await heardIn(store, toHex(room.id))
  return new Set([...accounts].filter((account) => !heard.has(account)))
}
