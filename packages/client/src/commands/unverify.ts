import { otherAccount } from '../verification/otherAccount.ts'
import { ofAccount } from './command.ts'
import { fields, string } from './input.ts'

/** Takes back what was compared. `not_found`, `bad_request` */
export type Unverify = (input: { readonly account: string }) => Promise<void>

export const unverify = ofAccount<Unverify>({
  input: fields({ account: string }),
  run: async (scope, { account: id }) => {
    const { account } = await otherAccount(scope, id)
    await scope.verified.remove(account)
  },
})
