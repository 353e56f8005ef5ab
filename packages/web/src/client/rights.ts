import type { MemberView, Role, RoomView } from '@sotto/client'
import { standingOf } from './standing.ts'

/** Roles from the one that may do the least to the one that may do the most. */
export const roleOrder = ['guest', 'member', 'admin', 'owner'] as const satisfies readonly Role[]

const rank = (role: Role): number => roleOrder.indexOf(role)

/** Whether anything can be changed about a room: it is whole, and it is known what its reader may do. */
export const isChangeable = (room: RoomView | null, role: Role | null): boolean =>
  room !== null && role !== null && standingOf(room.state) === 'open'

/** C2c: guests do not invite. */
export const mayInvite = (own: Role): boolean => rank(own) >= rank('member')

/** C5e: admins and owners take off who stands below them. Whoever wants to go leaves. */
export const mayRemove = (own: Role, member: MemberView): boolean =>
  !member.own && rank(own) >= rank('admin') && rank(own) > rank(member.role)

/**
 * C5c: the roles that may be given to a member instead of the one they have, highest first. Admins move who stands
 * below them, below themselves; owners do as they like, as long as one of them remains (C5g).
 */
export const rolesFor = (own: Role, member: MemberView, members: readonly MemberView[]): readonly Role[] => {
  const others = roleOrder.filter((role) => role !== member.role).toReversed()
  switch (own) {
    case 'owner': {
      const owners = members.filter(({ role }) => role === 'owner').length
      return member.role === 'owner' && owners < 2 ? [] : others
    }
    case 'admin':
      return rank(member.role) < rank(own) ? others.filter((role) => rank(role) < rank(own)) : []
    case 'member':
    case 'guest':
      return []
  }
}
