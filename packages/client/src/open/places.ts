import { base64url } from 'jose'
import { asList, asObject, asText } from './rest.ts'
import type { SharedKey } from './sharedKey.ts'
import type { LaneStore } from './store.ts'
import { parseStrict } from './strict.ts'

/** Keys that are remembered of one place: what is on its way may be under one of the last. */
const keysMax = 16

/** What is remembered of a room or chat. */
export interface PlaceRow {
  /** The name of a room; empty for a chat. */
  readonly name: string
  /** Those of a chat; who is in a room the server is asked for. */
  readonly participants: readonly string[]
  /** Newest first. */
  readonly keys: readonly SharedKey[]
}

const nothing: PlaceRow = { name: '', participants: [], keys: [] }

/** `room:ID` or `chat:ID`: the audience of what is signed there, and the key of its row. */
export type PlaceKey = `room:${number}` | `chat:${string}`

export interface Places {
  get(place: PlaceKey): PlaceRow | undefined
  rooms(): readonly number[]
  /** Rows to write that change a place so. */
  changed(place: PlaceKey, change: Partial<PlaceRow>): Readonly<Record<string, string>>
  withKey(place: PlaceKey, key: SharedKey, change?: Partial<PlaceRow>): Readonly<Record<string, string>>
  gone(place: PlaceKey): Readonly<Record<string, null>>
}

const placesMax = 5000

const readKey = (value: unknown): SharedKey => {
  const { key, holders } = asObject(value)
  return { key: base64url.encode(base64url.decode(asText(key))), holders: asList(holders).map(asText) }
}

const readRow = (row: string): PlaceRow => {
  const { name, participants, keys } = asObject(parseStrict(row))
  return {
    name: asText(name),
    participants: asList(participants).map(asText),
    keys: asList(keys).map(readKey),
  }
}

export const makePlaces = (store: LaneStore): Places => {
  const rowKey = (place: string): string => `place/${place}`

  const get: Places['get'] = (place) => {
    const row = store.get(rowKey(place))
    return row === undefined ? undefined : readRow(row)
  }
  const changed: Places['changed'] = (place, change) => ({
    [rowKey(place)]: JSON.stringify({ ...(get(place) ?? nothing), ...change }),
  })
  return {
    get,
    rooms: () =>
      store.rows(rowKey('room:'), placesMax).map(([key]) => Number(key.slice(rowKey('room:').length))),
    changed,
    withKey: (place, key, change = {}) => {
      const known = (get(place)?.keys ?? []).filter((one) => one.key !== key.key)
      return changed(place, { ...change, keys: [key, ...known].slice(0, keysMax) })
    },
    gone: (place) => ({ [rowKey(place)]: null }),
  }
}
