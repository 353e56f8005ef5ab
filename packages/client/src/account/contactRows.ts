import {
  accountIdBytes,
  blob,
  boolean,
  decodeAs,
  encodeAs,
  labelledHash,
  list,
  receiptValue,
  type SignedLink,
  signedLink,
  SottoError,
  struct,
  toHex,
} from '@sotto/protocol'
import { type AccountState, chainLinksMax, decodeAccountState, encodeAccountState } from '@sotto/trust'
import { readableAt } from '../database/readings.ts'
import type { Change, Store } from '../ports/store.ts'

/** What is known of an account: its chain as verified, and whether something contradicted it since. */
export interface Contact {
  readonly state: AccountState
  /** The server showed a chain that does not extend the one known here, or another account under the same name. */
  readonly alarm: boolean
}

/** Links as the server gave them, and its receipt for the last of them. */
export interface Chain {
  readonly links: readonly SignedLink[]
  readonly receipt: Uint8Array
}

/** A state as `trust` writes it, with a version of its own. */
export const contactRow = struct({ state: blob(1 << 20), alarm: boolean })
export const contactKey = (account: Uint8Array): string => `contact/${toHex(account)}`
/** The links of a chain behind its first as the server gave them, and its receipt for the last of them. */
export const chainRow = struct({ links: list(signedLink, chainLinksMax), receipt: receiptValue })
const chainKey = (account: Uint8Array): string => `chain/${toHex(account)}`
/** Names are people's own; the key holds a hash. */
const nameKey = (name: string): string => `name/${toHex(labelledHash('name', name))}`

export const contactChange = ({ state, alarm }: Contact): Change => ({
  kind: 'put',
  key: contactKey(state.account),
  value: encodeAs(contactRow, { state: encodeAccountState(state), alarm }),
})

export const chainChange = (account: Uint8Array, chain: Chain): Change => ({
  kind: 'put',
  key: chainKey(account),
  value: encodeAs(chainRow, chain),
})

export const nameChange = (name: string, account: Uint8Array): Change => ({
  kind: 'put',
  key: nameKey(name),
  value: account,
})

/** @throws SottoError `storage_damaged`: who had the name before is not known, and may have been another */
export const pinnedUnder = async (store: Store, name: string): Promise<Uint8Array | undefined> => {
  const pinned = await store.get(nameKey(name))
  if (pinned && pinned.length !== accountIdBytes) throw new SottoError('storage_damaged')
  return pinned
}

/** Undefined where it cannot be read: its chain proves itself, so that it can be fetched anew. */
export const readContact = (stored: Uint8Array): Contact | undefined => {
  try {
    const { state, alarm } = decodeAs(contactRow, stored)
    return { state: decodeAccountState(state), alarm }
  } catch {
    return undefined
  }
}

/** Nothing that is needed here: what cannot be read is as if it had never been kept. */
export const readChain = (stored: Uint8Array): Chain | undefined => {
  try {
    return decodeAs(chainRow, stored)
  } catch {
    return undefined
  }
}

export const keptContact = async (store: Store, account: Uint8Array): Promise<Contact | undefined> => {
  const stored = await readableAt(store, contactKey(account))
  return stored && readContact(stored)
}

export const keptChain = async (store: Store, account: Uint8Array): Promise<Chain | undefined> => {
  const stored = await readableAt(store, chainKey(account))
  return stored && readChain(stored)
}
