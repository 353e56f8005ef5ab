import { shownName, toHex } from '@sotto/protocol'
import type { BlockedView } from '../view.ts'
import { ofAccount } from './command.ts'
import { nothing } from './input.ts'

/** Everybody who is blocked. */
export type ListBlocked = (input: object) => Promise<readonly BlockedView[]>

const shortNameCharacters = 8

export const blocked = ofAccount<ListBlocked>({
  input: nothing,
  run: async ({ blocks, contacts }) => {
    const accounts = blocks.all()
    // Names help, and are not worth a failure.
    await contacts.ensure(accounts.map((account) => ({ account, seq: 0 }))).catch(() => {})
    return accounts.map((account): BlockedView => {
      const name = contacts.find(account)?.state.name
      return {
        account: toHex(account),
        name: shownName(name ?? toHex(account).slice(0, shortNameCharacters)),
      }
    })
  },
})
