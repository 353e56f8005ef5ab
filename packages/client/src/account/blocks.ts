import { equalBytes, fromHex, limits, operations, SottoError, toHex } from '@sotto/protocol'
import { readableRows } from '../database/readings.ts'
import type { Store } from '../ports/store.ts'
import { within } from '../room/keys.ts'
import type { Call } from './contacts.ts'

/**
 * Whose invitations this account does not want (rule CL-16). Kept here, where it counts for what is shown, and at the
 * server, which hands out no key packages to them any more.
 */
export interface Blocks {
  has(account: Uint8Array): boolean
  all(): readonly Uint8Array[]
  /** Stored here before the server hears of it: without a line it hears of it with the next one. */
  block(account: Uint8Array): Promise<void>
  /** @throws what the call throws, and then it stays blocked */
  unblock(account: Uint8Array): Promise<void>
  /** Makes both lists one: what the server has lost since is said again. @throws what the call throws */
  follow(): Promise<void>
}

const folder = within('blocked/')
/** The key says it all. */
const noValue = new Uint8Array(0)

/** A server of an earlier version keeps no such list: what is kept here counts all the same. */
const ofEarlierServer = (error: unknown): null => {
  if (error instanceof SottoError && error.code === 'not_found') return null
  throw error
}

export const openBlocks = async (store: Store, call: Call): Promise<Blocks> => {
  const rows = await readableRows(store, folder)
  const known = new Map(
    rows.map(({ key }) => {
      const account = key.slice(folder.from.length)
      return [account, fromHex(account, account.length / 2)]
    }),
  )

  const keep = async (account: Uint8Array): Promise<void> => {
    const key = toHex(account)
    if (known.has(key)) return
    if (known.size >= limits.blockedAccountsMax) throw new SottoError('too_large', 'too many are blocked')
    await store.commit([{ kind: 'put', key: `${folder.from}${key}`, value: noValue }])
    known.set(key, account)
  }
  const tell = (account: Uint8Array, blocked: boolean): Promise<unknown> =>
    call(operations.setBlock, { account, blocked }).catch(ofEarlierServer)

  return {
    has: (account) => known.has(toHex(account)),
    all: () => [...known.values()],
    block: async (account) => {
      await keep(account)
      await tell(account, true)
    },
    unblock: async (account) => {
      await tell(account, false)
      await store.commit([{ kind: 'delete', key: `${folder.from}${toHex(account)}` }])
      known.delete(toHex(account))
    },
    follow: async () => {
      const listed = await call(operations.listBlocks, {}).catch(ofEarlierServer)
      if (!listed) return
      const { accounts } = listed
      for (const account of accounts) await keep(account)
      for (const account of known.values())
        if (!accounts.some((other) => equalBytes(other, account))) await tell(account, true)
    },
  }
}
