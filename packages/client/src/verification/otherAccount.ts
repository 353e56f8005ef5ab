import { accountIdBytes, equalBytes, fromHex, SottoError } from '@sotto/protocol'
import type { Contact } from '../account/contactRows.ts'
import type { AccountScope } from '../commands/command.ts'

/** Somebody else, as this device knows them. @throws SottoError `not_found`, `bad_request` for oneself and for what is no id */
export const otherAccount = async (
  { contacts, tools }: Pick<AccountScope, 'contacts' | 'tools'>,
  id: string,
): Promise<{ readonly account: Uint8Array; readonly contact: Contact }> => {
  const account = fromHex(id, accountIdBytes)
  if (equalBytes(account, tools.account))
    throw new SottoError('bad_request', 'nobody compares their own account')
  await contacts.ensure([{ account, seq: 0 }])
  const contact = contacts.find(account)
  if (!contact) throw new SottoError('not_found')
  return { account, contact }
}
