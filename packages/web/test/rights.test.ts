import type { MemberView, Role } from '@sotto/client'
import { describe, expect, test } from 'vitest'
import { mayInvite, mayRemove, rolesFor } from '../src/client/rights.ts'

const member = (role: Role, own = false): MemberView => ({
  account: role,
  name: role,
  role,
  own,
  isBot: false,
  identity: 'unverified',
  isInvited: false,
})
const roles = ['guest', 'member', 'admin', 'owner'] as const
const oneOwner = roles.map((role) => member(role))
const twoOwners = [...oneOwner, member('owner')]

/** What each role may do to each other one: the roles it may give, and whether it may take off. */
const table = (own: Role, members: readonly MemberView[]) =>
  roles.map((role) => [
    role,
    rolesFor(own, member(role), members).join(' '),
    mayRemove(own, member(role)) ? 'removes' : '',
  ])

describe('what one may do to a member', () => {
  test('owners do as they like, but take off no owner, and one of them remains', () => {
    expect(table('owner', twoOwners)).toEqual([
      ['guest', 'owner admin member', 'removes'],
      ['member', 'owner admin guest', 'removes'],
      ['admin', 'owner member guest', 'removes'],
      ['owner', 'admin member guest', ''],
    ])
    expect(rolesFor('owner', member('owner', true), oneOwner)).toEqual([])
    expect(rolesFor('owner', member('owner', true), twoOwners)).toEqual(['admin', 'member', 'guest'])
  })
  test('admins move and take off who stands below them', () => {
    expect(table('admin', twoOwners)).toEqual([
      ['guest', 'member', 'removes'],
      ['member', 'guest', 'removes'],
      ['admin', '', ''],
      ['owner', '', ''],
    ])
  })
  test('members and guests: nothing', () => {
    for (const own of ['member', 'guest'] as const)
      expect(table(own, twoOwners)).toEqual(roles.map((role) => [role, '', '']))
  })
  test('nobody takes off themselves: they leave', () => {
    expect(mayRemove('owner', member('guest', true))).toBe(false)
  })
  test('guests do not invite', () => {
    expect(roles.filter(mayInvite)).toEqual(['member', 'admin', 'owner'])
  })
})
