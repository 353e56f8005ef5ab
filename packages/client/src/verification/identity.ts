import type { Contact } from '../account/contactRows.ts'
import type { IdentityView } from '../view.ts'
import type { VerifiedMarks } from './marks.ts'

/** Whether the user has compared an account. What contradicts its chain counts for more than a mark of before. */
export const identityOfContact = (
  contact: Contact | undefined,
  account: Uint8Array,
  marks: VerifiedMarks,
): IdentityView => {
  // Of whom no chain is known, nothing can be said.
  if (!contact) return 'unverified'
  if (contact.alarm) return 'changed'
  return marks.find(account) ? 'verified' : 'unverified'
}
