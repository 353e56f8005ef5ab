import { bytesOfUrl, toBase64url } from '@sotto/protocol'
import { asList, asObject, asText } from './rest.ts'
import { isSigned, type SharedKey } from './sharedKey.ts'
import { everyRowOf, type LaneStore } from './ports/store.ts'
import { parseStrict } from './strict.ts'

/**
 * Keys that are remembered of one place. What was said there may be told long after the keys have come, to a program that
 * did not receive meanwhile: there is one more of them for each time that somebody came or left.
 */
const keysMax = 512
/** Of the newest it is known who holds them; under the others nothing is sealed any more. */
const keysWithHoldersMax = 16
/** Of those that nobody has signed: whoever sends many of them drives out none that is signed. */
const unsignedMax = 4

/** What is remembered of a room or chat. */
export interface PlaceRow {
  /** The name of a room; empty for a chat. */
  readonly name: string
  /** Those of a chat; who is in a room the server is asked for. */
  readonly participants: readonly string[]
  /** Newest first, signed by who made them. */
  readonly keys: readonly SharedKey[]
  /** Those that nobody has signed: what is signed under them is read, and nothing is sealed under them. */
  readonly unsigned: readonly SharedKey[]
}

const nothing: PlaceRow = { name: '', participants: [], keys: [], unsigned: [] }

/** `room:ID` or `chat:ID`: the audience of what is signed there, and the key of its row. */
export type PlaceKey = `room:${number}` | `chat:${string}`

export interface Places {
  get(place: PlaceKey): PlaceRow | undefined
  rooms(): readonly number[]
  /** Rows to write that change a place so. */
  changed(place: PlaceKey, change: Partial<PlaceRow>): Readonly<Record<string, string>>
  withKey(place: PlaceKey, key: SharedKey, change?: Partial<PlaceRow>): Readonly<Record<string, string>>
  /** All that something said there may be under. */
  readingKeys(place: PlaceKey): readonly SharedKey[]
  gone(place: PlaceKey): Readonly<Record<string, null>>
}

const readKey = (value: unknown): SharedKey => {
  const { key, holders } = asObject(value)
  return { key: toBase64url(bytesOfUrl(key)), holders: asList(holders).map(asText) }
}

const readRow = (row: string): PlaceRow => {
  // Rows of earlier versions have no unsigned keys.
  const { name, participants, keys, unsigned = [] } = asObject(parseStrict(row))
  return {
    name: asText(name),
    participants: asList(participants).map(asText),
    keys: asList(keys).map(readKey),
    unsigned: asList(unsigned).map(readKey),
  }
}

const kept = (keys: readonly SharedKey[]): readonly SharedKey[] =>
  keys.slice(0, keysMax).map((key, age) => (age < keysWithHoldersMax ? key : { ...key, holders: [] }))

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
    rooms: () => everyRowOf(store, rowKey('room:')).map(([key]) => Number(key.slice(rowKey('room:').length))),
    changed,
    withKey: (place, key, change = {}) => {
      const { keys, unsigned } = get(place) ?? nothing
      const others = (known: readonly SharedKey[]) => known.filter((one) => one.key !== key.key)
      return changed(place, {
        ...change,
        ...(isSigned(key)
          ? { keys: kept([key, ...others(keys)]) }
          : { unsigned: [key, ...others(unsigned)].slice(0, unsignedMax) }),
      })
    },
    readingKeys: (place) => {
      const { keys, unsigned } = get(place) ?? nothing
      return [...keys, ...unsigned]
    },
    gone: (place) => ({ [rowKey(place)]: null }),
  }
}
