import { shownName, toHex } from '@sotto/protocol'
import { isBotAccount } from '../account/deviceKinds.ts'
import { invitedInto } from '../room/inviting.ts'
import { policyIn } from '../room/state.ts'
import { roleNames } from '../timeline/view.ts'
import { identityOfContact } from '../verification/identity.ts'
import type { MemberView } from '../view.ts'
import { ofAccount } from './command.ts'
import { roomOnly } from './input.ts'

/** Everybody in a room, as its members have agreed. */
export type ListMembers = (input: { readonly room: string }) => Promise<readonly MemberView[]>

export const members = ofAccount<ListMembers>({
  input: roomOnly,
  run: async (scope, { room: id }) => {
    const { rooms, contacts, tools, verified } = scope
    // Whose leaving waits for a commit would be listed until then; it is the turn of this device within moments.
    await rooms.get(id).leaversOut('in_turn')
    const room = rooms.get(id).state()
    const agreed = policyIn(room)?.members ?? []
    await contacts.ensure(agreed.map((member) => ({ account: member.account, seq: 0 })))
    const invited = await invitedInto(scope, room)
    return agreed.map((member): MemberView => {
      const contact = contacts.find(member.account)
      return {
        account: toHex(member.account),
        name: contact ? shownName(contact.state.name) : toHex(member.account).slice(0, 8),
        role: roleNames[member.role],
        own: toHex(member.account) === toHex(tools.account),
        isBot: contact !== undefined && isBotAccount(contact.state),
        identity: identityOfContact(contact, member.account, verified),
        isInvited: invited.has(toHex(member.account)),
      }
    })
  },
})
