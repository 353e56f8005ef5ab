import type { FailureCode } from '@sotto/client'

/** Who is the reason that nothing is sent: a server that is not the one this device knows, or the device itself. */
export const refusalOf = (code: FailureCode): 'server' | 'device' =>
  code === 'integrity' || code === 'identity_changed' ? 'server' : 'device'
