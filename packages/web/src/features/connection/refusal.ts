import type { FailureCode } from '@sotto/client'

/** Whether a failure tells of the server and its proxy, and the people who run them have to set something right. */
export const isSetup = (code: FailureCode): boolean => code === 'host_refused' || code === 'origin_refused'

/** Who is the reason that nothing is sent: a server that is not the one this device knows, or the device itself. */
export const refusalOf = (code: FailureCode): 'server' | 'device' =>
  code === 'integrity' || code === 'identity_changed' ? 'server' : 'device'
