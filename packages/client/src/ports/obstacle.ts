import type { FailureDetail } from '@sotto/protocol'

/**
 * What stands between a device and its server, where that can be told: a browser tells only what has answered. Comes under
 * `obstacle` of a failure's detail, beside a code that says what it means for what was asked.
 */
const obstacles = [
  /** Nothing listens at the address. */
  'refused',
  /** Nobody knows the name of the server. */
  'name_unknown',
  /** No program asks at that port by HTTP: it is known for another service (Fetch §2.9). */
  'port_blocked',
  /** No way leads there, or nothing comes back. */
  'unreachable',
  /** The certificate is of an authority that this device does not know, its own included. */
  'certificate_untrusted',
  'certificate_expired',
  /** The certificate is for other names. */
  'certificate_name',
  /** https is spoken on one side only. */
  'no_tls',
  /** The address leads on to another one. */
  'redirected',
  /** Something answers that is no Sotto server: a page of a provider, another program. */
  'not_sotto',
  /** A proxy answers that has no server behind it. */
  'gateway',
  /** A proxy takes no bodies of this size. */
  'body_limit',
  /** A proxy takes no more requests for the moment. */
  'crowded',
] as const

export type Obstacle = (typeof obstacles)[number]

/** The obstacle that a failure names. */
export const obstacleIn = (detail: FailureDetail): Obstacle | undefined =>
  obstacles.find((one) => one === detail['obstacle'])
