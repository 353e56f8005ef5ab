import { accountIdBytes, fromHex, oneOf, SottoError, toHex } from '@sotto/protocol'
import { roleOf, roles } from '@sotto/trust'
import { policyToChange } from '../room/standing.ts'
import type { Role } from '../view.ts'
import { ofSession } from './command.ts'
import { fields, shaped, string } from './input.ts'

/** Gives a member of a room another role. `policy {rule}` where the own role does not allow it. */
export type SetRole = (input: {
  readonly room: string
  readonly account: string
  readonly role: Role
}) => Promise<void>

const role = shaped(oneOf<Role>('owner', 'admin', 'member', 'guest'))

export const setRole = ofSession<SetRole>({
  input: fields({ room: string, account: string, role }),
  run: async ({ rooms, newId }, { room: id, account: who, role: name }) => {
    const room = rooms.get(id)
    const other = fromHex(who, accountIdBytes)
    if (roleOf(policyToChange(room), other) === undefined) throw new SottoError('not_member')
    return room.intend({ kind: 'role', id: toHex(newId()), account: other, role: roles[name] })
  },
})
