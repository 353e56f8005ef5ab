import { SottoError } from '@sotto/protocol'
import { safetyNumber } from '@sotto/trust'
import { judgeSafetyCode } from '../verification/code.ts'
import { otherAccount } from '../verification/otherAccount.ts'
import type { VerifiedBy, VerifyOutcome } from '../view.ts'
import { ofAccount } from './command.ts'
import { either, fields, string } from './input.ts'

/**
 * The user says which digits both have, or what the code of the other says. What does not match changes nothing.
 * `identity_changed` while the chain of the account is contradicted, `not_found`, `bad_request`, `too_large`.
 */
export type Verify = (input: { readonly account: string } & VerifiedBy) => Promise<VerifyOutcome>

type Input = Parameters<Verify>[0]

const judge = (input: Input, own: Uint8Array, other: Uint8Array): VerifyOutcome => {
  if ('code' in input) return judgeSafetyCode(input.code, own, other)
  return input.digits.replace(/\s/g, '') === safetyNumber(own, other) ? 'match' : 'other_digits'
}

export const verify = ofAccount<Verify>({
  input: either<Input, Input>(
    fields({ account: string, code: string }),
    fields({ account: string, digits: string }),
  ),
  run: async (scope, input) => {
    const { account, contact } = await otherAccount(scope, input.account)
    if (contact.alarm) throw new SottoError('identity_changed')
    const outcome = judge(input, scope.tools.account, account)
    const how = 'code' in input ? 'code' : 'digits'
    if (outcome === 'match') await scope.verified.set(account, { timeMs: scope.timeMs(), how })
    return outcome
  },
})
