import { limits } from '@sotto/protocol'

/** Those bounds of `protocol/limits` that a client applies to its own work, and that can be set for one client. */
export type ClientLimits = {
  readonly [K in 'keyPackagesOneTime' | 'keyPackagesRefillBelow']: number
}

export const clientLimits = (given: Partial<ClientLimits> = {}): ClientLimits => ({ ...limits, ...given })
