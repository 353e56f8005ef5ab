import { shownName, toHex } from '@sotto/protocol'
import { safetyNumber } from '@sotto/trust'
import { encodeSafetyCode } from '../verification/code.ts'
import { identityOfContact } from '../verification/identity.ts'
import { otherAccount } from '../verification/otherAccount.ts'
import type { VerificationView } from '../view.ts'
import { ofAccount } from './command.ts'
import { fields, string } from './input.ts'

/** What two people compare to know each other. `not_found` for an account that is not known here, `bad_request` for one's own. */
export type ShowVerification = (input: { readonly account: string }) => Promise<VerificationView>

export const verification = ofAccount<ShowVerification>({
  input: fields({ account: string }),
  run: async (scope, { account: id }) => {
    const { tools, verified } = scope
    const { account, contact } = await otherAccount(scope, id)
    return {
      account: toHex(account),
      name: shownName(contact.state.name),
      digits: safetyNumber(tools.account, account),
      code: encodeSafetyCode({ shownBy: tools.account, shownTo: account }),
      identity: identityOfContact(contact, account, verified),
      verifiedMs: verified.find(account)?.timeMs ?? null,
    }
  },
})
