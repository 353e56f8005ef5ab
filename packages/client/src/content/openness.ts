import { accountIdBytes, type CborValue, decodeCanonical, encodeCanonical, equalBytes } from '@sotto/protocol'
import type { RoomMeta } from './meta.ts'

/**
 * Whether a room is open, and to whom it is not, as its sealed metadata say (rules OPEN-6, META-2): `open` is true, and
 * `barred` lists the accounts that were taken out. Metadata of earlier versions have neither: closed.
 */
interface Openness {
  readonly isOpen: boolean
  /** Null where what is there is no list of accounts: then nobody is let in. */
  readonly barred: readonly Uint8Array[] | null
}

/** A room has room for no more in its metadata; one that needs more of them is closed. */
export const barredMax = 128

type Fields = Readonly<Record<string, CborValue>>

const fieldsOf = ({ bytes }: RoomMeta): Fields => {
  if (bytes.length === 0) return {}
  const map = decodeCanonical(bytes)
  const isMap = typeof map === 'object' && map !== null && !Array.isArray(map) && !(map instanceof Uint8Array)
  return isMap ? (map as Fields) : {}
}

const accountsOf = (value: CborValue | undefined): readonly Uint8Array[] | null => {
  if (value === undefined) return []
  if (!Array.isArray(value) || value.length > barredMax) return null
  const accounts = value.filter(
    (one): one is Uint8Array => one instanceof Uint8Array && one.length === accountIdBytes,
  )
  return accounts.length === value.length ? accounts : null
}

const opennessOf = (meta: RoomMeta): Openness => {
  const { open, barred } = fieldsOf(meta)
  return { isOpen: open === true, barred: accountsOf(barred) }
}

export const isOpenRoom = (meta: RoomMeta): boolean => {
  const { isOpen, barred } = opennessOf(meta)
  return isOpen && barred !== null
}

/** Whether whoever asks is to be brought in. */
export const letsIn = (meta: RoomMeta, account: Uint8Array): boolean => {
  const { isOpen, barred } = opennessOf(meta)
  return isOpen && barred !== null && !barred.some((one) => equalBytes(one, account))
}

const withFields = (meta: RoomMeta, salt: Uint8Array, changed: Fields): RoomMeta => ({
  salt,
  bytes: encodeCanonical({ ...fieldsOf(meta), ...changed }),
})

/** The same metadata of a room that is open, or is not any more. */
export const withOpenness = (meta: RoomMeta, salt: Uint8Array, isOpen: boolean): RoomMeta =>
  withFields(meta, salt, { open: isOpen })

/** Whether it is to be kept who is taken out: the room is open, or was. */
export const keepsOut = (meta: RoomMeta): boolean => 'open' in fieldsOf(meta)

/** The same metadata, by which this account does not come back through the open door; where there are too many, nobody does. */
export const withBarred = (meta: RoomMeta, salt: Uint8Array, account: Uint8Array): RoomMeta => {
  const barred = opennessOf(meta).barred ?? []
  if (barred.some((one) => equalBytes(one, account))) return withFields(meta, salt, { barred: [...barred] })
  return barred.length < barredMax
    ? withFields(meta, salt, { barred: [...barred, account] })
    : withFields(meta, salt, { open: false })
}
