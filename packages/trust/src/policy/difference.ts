import { type CborValue, encodeCanonical, equalBytes } from '@sotto/protocol'
import { keyOf } from '../encoding/key.ts'
import type { History, Permissions, Policy, Role } from './policy.ts'

/** One thing that a commit changes in a room's policy, as it is judged and as the timeline tells it. */
export type PolicyChange =
  | { readonly kind: 'member_added'; readonly account: Uint8Array; readonly role: Role }
  /** By the member's own wish. */
  | { readonly kind: 'member_left'; readonly account: Uint8Array; readonly role: Role }
  | { readonly kind: 'member_removed'; readonly account: Uint8Array; readonly role: Role }
  | { readonly kind: 'role_changed'; readonly account: Uint8Array; readonly from: Role; readonly to: Role }
  | { readonly kind: 'permissions_changed'; readonly from: Permissions; readonly to: Permissions }
  | { readonly kind: 'history_changed'; readonly from: History; readonly to: History }
  | { readonly kind: 'retention_changed'; readonly fromS: number; readonly toS: number }
  | { readonly kind: 'idle_limit_changed'; readonly fromDays: number; readonly toDays: number }
  | { readonly kind: 'meta_changed' }
  | { readonly kind: 'hooks_changed' }
  /** Of what never changes: room, generation, kind, predecessor. */
  | { readonly kind: 'nature_changed' }

/** Every difference between two policies, so that a change that no rule knows of cannot pass unseen. */
export const policyDifference = (
  before: Policy,
  after: Policy,
  leaving: readonly Uint8Array[],
): readonly PolicyChange[] => [...memberChanges(before, after, leaving), ...settingChanges(before, after)]

function* memberChanges(
  before: Policy,
  after: Policy,
  leaving: readonly Uint8Array[],
): Generator<PolicyChange> {
  const willing = new Set(leaving.map(keyOf))
  const was = new Map(before.members.map(({ account, role }) => [keyOf(account), role]))
  const is = new Map(after.members.map(({ account, role }) => [keyOf(account), role]))
  for (const { account, role } of before.members) {
    if (is.has(keyOf(account))) continue
    yield { kind: willing.has(keyOf(account)) ? 'member_left' : 'member_removed', account, role }
  }
  for (const { account, role: to } of after.members) {
    const from = was.get(keyOf(account))
    if (from === undefined) yield { kind: 'member_added', account, role: to }
    else if (from !== to) yield { kind: 'role_changed', account, from, to }
  }
}

function* settingChanges(before: Policy, after: Policy): Generator<PolicyChange> {
  if (!sameNature(before, after)) yield { kind: 'nature_changed' }
  const { permissions, history, retentionS, idleDaysMax, metaHash, hooks } = after
  if (!same(before.permissions, permissions))
    yield { kind: 'permissions_changed', from: before.permissions, to: permissions }
  if (!same(before.history, history)) yield { kind: 'history_changed', from: before.history, to: history }
  if (before.retentionS !== retentionS)
    yield { kind: 'retention_changed', fromS: before.retentionS, toS: retentionS }
  if (before.idleDaysMax !== idleDaysMax)
    yield { kind: 'idle_limit_changed', fromDays: before.idleDaysMax, toDays: idleDaysMax }
  if (!equalBytes(before.metaHash, metaHash)) yield { kind: 'meta_changed' }
  if (!same(before.hooks, hooks)) yield { kind: 'hooks_changed' }
}

const sameNature = (before: Policy, after: Policy): boolean =>
  equalBytes(before.room, after.room) &&
  before.generation === after.generation &&
  before.kind === after.kind &&
  same(before.predecessor, after.predecessor)

const same = (one: unknown, other: unknown): boolean =>
  equalBytes(encodeCanonical(one as CborValue), encodeCanonical(other as CborValue))
