import type { PublicGroup } from '@sotto/mls'
import { equalBytes } from '@sotto/protocol'
import { policyOf } from '@sotto/trust'
import type { RecordedItem } from '../timeline/record.ts'
import type { Allowed } from './attempt.ts'

/** What the timeline tells of a commit. */
export const eventsOf = ({ actor, changes }: Allowed): readonly RecordedItem[] =>
  changes.flatMap((change): readonly RecordedItem[] => {
    switch (change.kind) {
      case 'member_added':
        return [{ kind: 'event', actor, event: { kind: 'added', account: change.account } }]
      case 'member_removed':
        return [{ kind: 'event', actor, event: { kind: 'removed', account: change.account } }]
      case 'member_left':
        return [{ kind: 'event', actor: change.account, event: { kind: 'left' } }]
      case 'role_changed':
        return [{ kind: 'event', actor, event: { kind: 'role', account: change.account, role: change.to } }]
      case 'device_added':
        // A member whose device has come in, by itself or with another's help.
        return changes.some(
          (other) => other.kind === 'member_added' && equalBytes(other.account, change.account),
        )
          ? []
          : [{ kind: 'event', actor: change.account, event: { kind: 'rejoined' } }]
      case 'permissions_changed':
      case 'history_changed':
      case 'retention_changed':
      case 'idle_limit_changed':
      case 'meta_changed':
      case 'hooks_changed':
      case 'nature_changed':
      case 'device_removed':
        return []
    }
  })

export const memberCountOf = ({ context }: PublicGroup): number => {
  const policy = policyOf(context)
  return policy.kind === 'ok' ? policy.value.members.length : 0
}
