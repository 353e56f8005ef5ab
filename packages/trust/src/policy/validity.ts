import { limits } from '@sotto/protocol'
import type { Rule } from '../rules.ts'
import { type Hook, historyModes, type Member, type Policy, roles, roomKinds } from './policy.ts'

/** What a policy breaks by itself, whoever made it and whatever was before (POLICY-3 to POLICY-10). */
export const policyRule = (policy: Policy): Rule | undefined => {
  const { members, hooks, history, generation, predecessor, idleDaysMax } = policy
  if (!isIncreasing(members.map(({ account }) => account))) return 'POLICY-3'
  if (!members.some(({ role }) => role === roles.owner)) return 'POLICY-4'
  if (!suitsKind(policy)) return 'POLICY-5'
  if (!keepsGuestsBack(policy)) return 'POLICY-6'
  if ((history.mode === historyModes.days) !== history.days > 0) return 'POLICY-7'
  if ((generation === 0) !== (predecessor === null)) return 'POLICY-8'
  if (!isIncreasing(hooks.map(({ hook }: Hook) => hook))) return 'POLICY-9'
  return idleDaysMax === 0 || idleDaysMax >= idleDaysMin ? undefined : 'POLICY-10'
}

/** A leaf may come in by a key package of this age: with a shorter limit it could be provably dead from the start. */
const idleDaysMin = limits.keyPackageLifetimeDaysMax

/** A room of one person, a talk between two equals, or a room that is led. */
const suitsKind = ({ kind, members, permissions }: Policy): boolean => {
  const areOwners = members.every(({ role }: Member) => role === roles.owner)
  switch (kind) {
    case roomKinds.self:
      return members.length === 1
    case roomKinds.dm:
      return members.length <= 2 && areOwners
    case roomKinds.group:
      return true
    case roomKinds.announce:
      return permissions.post >= roles.admin
  }
}

/** Guests come in by a link that many may hold: they talk, and rule over nothing. */
const keepsGuestsBack = ({ permissions }: Policy): boolean =>
  permissions.invite >= roles.member &&
  permissions.setMeta >= roles.member &&
  permissions.kick >= roles.member &&
  permissions.deleteAny >= roles.member &&
  permissions.addHook >= roles.admin &&
  permissions.setPolicy >= roles.admin

/** Strictly: so there is one order, and nothing occurs twice. */
const isIncreasing = (ids: readonly Uint8Array[]): boolean =>
  ids.every((id, at) => at === 0 || compareBytes(ids[at - 1] as Uint8Array, id) < 0)

export const compareBytes = (a: Uint8Array, b: Uint8Array): number => {
  const at = a.findIndex((byte, i) => byte !== b[i])
  return at < 0 ? a.length - b.length : (a[at] as number) - (b[at] ?? -1)
}
