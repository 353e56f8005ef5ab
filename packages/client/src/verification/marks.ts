import {
  encodeAs,
  decodeAs,
  limits,
  oneOf,
  SottoError,
  struct,
  toHex,
  type TypeOf,
  uint,
} from '@sotto/protocol'
import { readableRows } from '../database/readings.ts'
import type { Store } from '../ports/store.ts'
import { within } from '../room/keys.ts'

/** When the user has compared an account, and how. */
export const verifiedRow = struct({ timeMs: uint(), how: oneOf('digits', 'code') })
export type VerifiedMark = TypeOf<typeof verifiedRow>

/**
 * Which accounts the user has compared. A mark is an account's, not a name's: another account of the same name has none
 * (rule SAFE-3).
 */
export interface VerifiedMarks {
  find(account: Uint8Array): VerifiedMark | undefined
  /** Durable when it resolves. @throws SottoError `too_large` */
  set(account: Uint8Array, mark: VerifiedMark): Promise<void>
  remove(account: Uint8Array): Promise<void>
}

const folder = within('verified/')

const readMark = (stored: Uint8Array): VerifiedMark | undefined => {
  try {
    return decodeAs(verifiedRow, stored)
  } catch {
    return undefined
  }
}

export const openVerifiedMarks = async (store: Store): Promise<VerifiedMarks> => {
  const known = new Map<string, VerifiedMark>()
  for (const { key, value } of await readableRows(store, folder)) {
    const mark = readMark(value)
    if (mark) known.set(key.slice(folder.from.length), mark)
  }
  return {
    find: (account) => known.get(toHex(account)),
    set: async (account, mark) => {
      const id = toHex(account)
      if (!known.has(id) && known.size >= limits.verifiedAccountsMax)
        throw new SottoError('too_large', 'too many accounts are verified')
      await store.commit([{ kind: 'put', key: `${folder.from}${id}`, value: encodeAs(verifiedRow, mark) }])
      known.set(id, mark)
    },
    remove: async (account) => {
      const id = toHex(account)
      await store.commit([{ kind: 'delete', key: `${folder.from}${id}` }])
      known.delete(id)
    },
  }
}
