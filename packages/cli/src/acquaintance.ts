import { type Client, isOver, type MemberView, SottoError } from '@sotto/client'
import { printableLine } from './printable.ts'
import { folded } from './folded.ts'

/**
 * Somebody of this name, or with an account that begins like this, among the members of the rooms of this device.
 *
 * @throws SottoError `name_unknown`, `bad_request` where several accounts have had the name
 */
export const acquaintance = async (client: Client, wanted: string): Promise<MemberView> => {
  const found = new Map<string, MemberView>()
  for (const room of client.state().rooms) {
    if (isOver(room)) continue
    for (const member of await client.members({ room: room.id }))
      if (!member.own && (folded(member.name) === folded(wanted) || member.account === wanted))
        found.set(member.account, member)
  }
  const [one, ...others] = found.values()
  if (!one) throw new SottoError('name_unknown', `you share no room with ${printableLine(wanted)}`)
  if (others.length === 0) return one
  const accounts = [one, ...others].map(({ account }) => `\n  ${account}`).join('')
  throw new SottoError('bad_request', `several accounts have the name ${printableLine(wanted)}:${accounts}`)
}
