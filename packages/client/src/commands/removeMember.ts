import { accountIdBytes, fromHex, SottoError, toHex } from '@sotto/protocol'
import { roleOf } from '@sotto/trust'
import { policyToChange } from '../room/standing.ts'
import { ofSession } from './command.ts'
import { fields, string } from './input.ts'

/** Takes all devices of an account out of the room. `policy {rule}` where the own role does not allow it. */
export type RemoveMember = (input: { readonly room: string; readonly account: string }) => Promise<void>

export const removeMember = ofSession<RemoveMember>({
  input: fields({ room: string, account: string }),
  run: async ({ rooms, tools, newId }, { room: id, account: who }) => {
    const room = rooms.get(id)
    const other = fromHex(who, accountIdBytes)
    if (roleOf(policyToChange(room), other) === undefined) throw new SottoError('not_member')
    if (toHex(other) === toHex(tools.account)) throw new SottoError('bad_request', 'one leaves by leaving')
    return room.intend({ kind: 'remove', id: toHex(newId()), account: other })
  },
})
