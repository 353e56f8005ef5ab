import { leaves, type PublicGroup } from '@sotto/mls'
import { equalBytes, toHex } from '@sotto/protocol'
import { hookOf, identityOf, policyOf } from '@sotto/trust'
import type { Allowed } from './attempt.ts'
import { allSecretsOf, decodeHookState, type HookState, secretsIn } from '../hook/keys.ts'
import type { Intent } from './state.ts'

/** Whether a commit has brought devices in that have no keys of the room's hooks, and taken some out that have. */
export interface Moved {
  readonly came: boolean
  readonly went: boolean
}

/** By what the rules found: a device that comes in anew in its own place has lost its keys, and nobody went. */
export const movedBy = ({ changes }: Allowed): Moved => {
  const came = changes.flatMap((change) => (change.kind === 'device_added' ? [change.device] : []))
  const isBack = (device: Uint8Array): boolean => came.some((other) => equalBytes(other, device))
  return {
    came: came.length > 0,
    went: changes.some((change) => change.kind === 'device_removed' && !isBack(change.device)),
  }
}

const devicesIn = ({ tree }: PublicGroup): ReadonlySet<string> => {
  const devices = new Set<string>()
  for (const [, leaf] of leaves(tree)) {
    const identity = identityOf(leaf)
    if (identity) devices.add(toHex(identity.device))
  }
  return devices
}

/** The same by the trees alone, for an own commit. */
export const movedBetween = (before: PublicGroup, after: PublicGroup): Moved => {
  const [were, are] = [devicesIn(before), devicesIn(after)]
  return {
    came: [...are].some((device) => !were.has(device)),
    went: [...were].some((device) => !are.has(device)),
  }
}

/** With the hook that an own commit has put into the policy, where that was what it was for. */
export const withHookOf = (hooks: readonly HookState[], intent: Intent): readonly HookState[] => {
  if (intent.kind !== 'add_hook' || hooks.some(({ hook }) => equalBytes(hook, intent.hook.hook))) return hooks
  return [...hooks, decodeHookState(intent.state)]
}

export interface HooksAfter {
  readonly hooks: readonly HookState[]
  /** Keys of hooks that the policy does not have any more, and those that were made for people who have gone. */
  readonly consumed: readonly Uint8Array[]
  /** Messages in the outbox that would tell such keys. */
  readonly unsaid: readonly Uint8Array[]
}

/**
 * Who has gone may have been sent keys that are not in the log yet, in the epoch that is over: with them a server could
 * go on letting him read. Others are made.
 */
const withoutUntold = (one: HookState): HookState => (one.next ? { ...one, next: null, telling: null } : one)

/** What is kept of the hooks when a commit has led to this group, and what is to be done about them. */
export const hooksAfter = (
  hooks: readonly HookState[],
  { context }: PublicGroup,
  { came, went }: Moved,
): HooksAfter => {
  if (hooks.length === 0) return { hooks, consumed: [], unsaid: [] }
  const policy = policyOf(context)
  const isKept = ({ hook }: HookState): boolean =>
    policy.kind === 'ok' && hookOf(policy.value, hook) !== undefined
  const kept = hooks.filter(isKept)
  const untold = went ? kept.flatMap(({ next, telling }) => (next ? [{ next, telling }] : [])) : []
  return {
    hooks:
      kept.length === hooks.length && !came && !went
        ? hooks
        : kept.map((one) => ({
            ...(went ? withoutUntold(one) : one),
            isStale: one.isStale || went,
            isAwaited: one.isAwaited || came,
          })),
    consumed: [
      ...hooks.filter((one) => !isKept(one)).flatMap(allSecretsOf),
      ...secretsIn(untold.map(({ next }) => next)),
    ],
    unsaid: untold.flatMap(({ telling }) => telling ?? []),
  }
}
