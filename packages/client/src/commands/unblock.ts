import { SottoError } from '@sotto/protocol'
import { accountOfTarget, blockTarget } from '../account/blockTarget.ts'
import type { BlockTarget } from '../view.ts'
import { ofSession } from './command.ts'

/** `not_found` for an account that is not blocked. */
export type Unblock = (input: BlockTarget) => Promise<void>

export const unblock = ofSession<Unblock>({
  input: blockTarget,
  run: async (scope, target) => {
    const account = await accountOfTarget(scope, target)
    if (!scope.blocks.has(account)) throw new SottoError('not_found')
    await scope.blocks.unblock(account)
  },
})
