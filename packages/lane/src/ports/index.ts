import type { Clock } from './clock.ts'
import type { Cryptography } from './cryptography.ts'
import type { LaneTransport } from './transport.ts'

/** What the lane is given of the world; the store of its account comes with its options. */
export interface LanePorts {
  readonly clock: Clock
  readonly cryptography: Cryptography
  readonly transport: LaneTransport
}
