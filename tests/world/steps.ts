import type { Fault } from './faults.ts'
import { type Random, seededRandom } from './random.ts'

/** What happens to the world from outside, made in advance: leaving one step out changes no other. */
export interface Step {
  readonly index: number
  /** Time since the step before. */
  readonly gapMs: number
  readonly kind: StepKind
  /** Whom it is about, modulo the number of devices. */
  readonly device: number
}

export type StepKind =
  | 'register'
  | 'create'
  | 'invite'
  | 'answer'
  | 'send'
  | 'react'
  | 'burst'
  | 'everybody'
  | 'leave'
  | 'remove'
  | 'role'
  | 'rename'
  | 'rejoin'
  | 'refound'
  | 'read'
  | 'open'
  | 'close'
  | 'pause'
  | Fault

type Weights = readonly (readonly [weight: number, kind: StepKind, needs?: Fault])[]

const weights: Weights = [
  [6, 'create'],
  [16, 'invite'],
  [16, 'answer'],
  [60, 'send'],
  [14, 'react'],
  [10, 'burst'],
  [6, 'everybody'],
  [4, 'leave'],
  [4, 'remove'],
  [4, 'role'],
  [3, 'rename'],
  [4, 'rejoin'],
  [3, 'refound'],
  [4, 'read'],
  [8, 'open'],
  [6, 'close'],
  [6, 'pause'],
  [6, 'partition', 'partition'],
  [14, 'client_crash', 'client_crash'],
  [6, 'server_crash', 'server_crash'],
  [3, 'lost_write', 'lost_write'],
  [2, 'client_restore', 'client_restore'],
  [1, 'server_restore', 'server_restore'],
  [3, 'client_full', 'client_full'],
  [3, 'server_full', 'server_full'],
  [2, 'client_clock', 'client_clock'],
  [1, 'server_clock', 'server_clock'],
  [2, 'lost_welcome', 'lost_welcome'],
  [2, 'lost_keys', 'lost_keys'],
  [1, 'long_offline', 'long_offline'],
  [4, 'tabs', 'tabs'],
  [3, 'logout', 'logout'],
  [2, 'lie_short', 'lie_short'],
  [2, 'lie_withheld', 'lie_withheld'],
  [1, 'lie_forked', 'lie_forked'],
  [2, 'lie_reordered', 'lie_reordered'],
  [2, 'lie_dropped', 'lie_dropped'],
  [2, 'lie_replaced', 'lie_replaced'],
  [2, 'lie_group_info', 'lie_group_info'],
  [2, 'lie_directory', 'lie_directory'],
  [2, 'lie_ghost', 'lie_ghost'],
]

const gap = (random: Random): number =>
  random.weighted([
    [3, () => 0],
    [5, () => random.between(0, 50)],
    [6, () => random.between(50, 2000)],
    [1, () => random.between(2000, 30_000)],
  ])()

const moreTimes = 6

export const stepsFrom = (
  seed: number,
  count: number,
  devices: number,
  faults: ReadonlySet<Fault>,
  more: readonly StepKind[] = [],
): readonly Step[] => {
  const random = seededRandom(seed, 'steps')
  const possible = weights
    .filter(([, , needs]) => needs === undefined || faults.has(needs))
    .map(([weight, kind]) => [more.includes(kind) ? weight * moreTimes : weight, kind] as const)
  const begin = Array.from({ length: devices }, (_, index): Step => ({
    index,
    gapMs: random.between(0, 100),
    kind: 'register',
    device: index,
  }))
  const first: Step = { index: devices, gapMs: 3000, kind: 'create', device: 0 }
  return [
    ...begin,
    first,
    ...Array.from({ length: Math.max(0, count - devices - 1) }, (_, at): Step => ({
      index: devices + 1 + at,
      gapMs: gap(random),
      kind: random.weighted(possible),
      device: random.below(devices),
    })),
  ]
}
