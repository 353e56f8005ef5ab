import { SottoError, toHex } from '@sotto/protocol'
import { accountOfTarget, blockTarget } from '../account/blockTarget.ts'
import type { BlockTarget } from '../view.ts'
import { ofSession } from './command.ts'

/**
 * Nobody is told: the account can invite this one no more, and what it has sent goes unread. `name_unknown`, `too_large`
 * where too many are blocked.
 */
export type Block = (input: BlockTarget) => Promise<void>

export const block = ofSession<Block>({
  input: blockTarget,
  run: async (scope, target) => {
    const account = await accountOfTarget(scope, target)
    if (toHex(account) === toHex(scope.tools.account))
      throw new SottoError('bad_request', 'nobody blocks their own account')
    await scope.blocks.block(account)
    // What waits from there goes.
    await scope.rooms.readWelcomes()
  },
})
