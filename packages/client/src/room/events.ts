import type { PublicGroup } from '@sotto/mls'
import { equalBytes } from '@sotto/protocol'
import { hookOf, type Policy, policyOf } from '@sotto/trust'
import type { HookState } from '../hook/keys.ts'
import type { RecordedItem } from '../timeline/record.ts'
import type { Allowed } from './attempt.ts'
import type { RoomState } from './state.ts'

/** What the timeline tells of a commit. */
export const eventsOf = (
  { actor, changes, before, after }: Allowed,
  { hooks, declined }: Pick<RoomState, 'hooks' | 'declined'>,
): readonly RecordedItem[] =>
  changes.flatMap((change): readonly RecordedItem[] => {
    switch (change.kind) {
      case 'member_added':
        return [{ kind: 'event', actor, event: { kind: 'added', account: change.account } }]
      case 'member_removed':
        return [{ kind: 'event', actor, event: { kind: 'removed', account: change.account } }]
      case 'member_left':
        return [
          { kind: 'event', actor: change.account, event: { kind: farewellOf(change.account, declined) } },
        ]
      case 'role_changed':
        return [{ kind: 'event', actor, event: { kind: 'role', account: change.account, role: change.to } }]
      case 'hooks_changed':
        // What a new one is called, the keys tell, which come behind it.
        return goneFrom(before, after, hooks).map(({ card: { name } }) => ({
          kind: 'event',
          actor,
          event: { kind: 'hook_removed', name },
        }))
      case 'device_added':
        return arrivalOf(actor, change.account, changes)
      case 'permissions_changed':
      case 'history_changed':
      case 'retention_changed':
      case 'idle_limit_changed':
      case 'meta_changed':
      case 'nature_changed':
      case 'device_removed':
        return []
    }
  })

const farewellOf = (account: Uint8Array, declined: RoomState['declined']): 'declined' | 'left' =>
  declined.some((one) => equalBytes(one, account)) ? 'declined' : 'left'

/** Hooks that the policy had, and that this device knows by name. */
const goneFrom = (before: Policy, after: Policy, hooks: readonly HookState[]): readonly HookState[] =>
  hooks.filter(({ hook }) => hookOf(before, hook) !== undefined && hookOf(after, hook) === undefined)

/** A device that has come in: by itself, in the place of its old leaf, or as the first of somebody who is awaited. */
const arrivalOf = (
  actor: Uint8Array,
  account: Uint8Array,
  changes: Allowed['changes'],
): readonly RecordedItem[] => {
  const isWith = (kind: 'member_added' | 'device_removed'): boolean =>
    changes.some((other) => other.kind === kind && equalBytes(other.account, account))
  if (isWith('member_added')) return []
  return equalBytes(actor, account) || isWith('device_removed')
    ? [{ kind: 'event', actor: account, event: { kind: 'rejoined' } }]
    : [{ kind: 'event', actor, event: { kind: 'added', account } }]
}

export const memberCountOf = ({ context }: PublicGroup): number => {
  const policy = policyOf(context)
  return policy.kind === 'ok' ? policy.value.members.length : 0
}
