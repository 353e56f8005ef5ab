import { equalBytes, SottoError } from '@sotto/protocol'
import type { ServerLimits } from '../configuration.ts'
import type { DeviceCaller } from './keyPackages.ts'
import type { BlockStore } from './store.ts'

/** Whose invitations an account does not want (rule DEL-16). */
export interface Blocks {
  list(caller: DeviceCaller): Promise<readonly Uint8Array[]>
  /** @throws SottoError `bad_request` for the own account, `too_large` where there are too many */
  set(caller: DeviceCaller, account: Uint8Array, isBlocked: boolean): Promise<void>
}

export const makeBlocks = (
  store: BlockStore,
  { blockedAccountsMax }: Pick<ServerLimits, 'blockedAccountsMax'>,
): Blocks => ({
  list: ({ account }) => store.blocked(account),
  set: async (caller, account, isBlocked) => {
    if (equalBytes(caller.account, account)) throw new SottoError('bad_request', 'nobody blocks himself')
    if (!isBlocked) return store.unblock(caller.account, account)
    // Whether there is such an account is not asked: nothing is told of it.
    if ((await store.block(caller.account, account, blockedAccountsMax)) === 'full')
      throw new SottoError('too_large', 'too many are blocked')
  },
})
