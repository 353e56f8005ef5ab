import { bytes, deviceId, limits, oneOf, publicKey, struct, uint } from '@sotto/protocol'
import { versioned } from '../encoding/versioned.ts'

export type DeviceKind = 'web' | 'desktop' | 'cli' | 'bot' | 'guest'

/** Public key of the hybrid HPKE (ML-KEM-768 and X25519). */
export const sealingKeyBytes = 1216

/**
 * What an account says of one of its devices (CHAIN-6). It stands in a link of the account's chain, under the
 * signatures of that link, and nowhere else.
 */
export interface DeviceCertificate {
  readonly device: Uint8Array
  /** D: certifies leaf keys, proves joins. */
  readonly signingKey: Uint8Array
  /** DX: what is sealed to this device alone. */
  readonly sealingKey: Uint8Array
  readonly kind: DeviceKind
  readonly createdS: number
  readonly notAfterS: number
}

export const deviceCertificate = versioned<DeviceCertificate>(
  1,
  struct({
    device: deviceId,
    signingKey: publicKey,
    sealingKey: bytes(sealingKeyBytes),
    kind: oneOf<DeviceKind>('web', 'desktop', 'cli', 'bot', 'guest'),
    createdS: uint(),
    notAfterS: uint(),
  }),
)

const dayS = 86_400

export const certificateLifetimeMaxS = limits.deviceCertificateLifetimeDaysMax * dayS

/** Whether a certificate may be issued at `timeS`: it begins before, ends after, and lasts no longer than allowed. */
export const isIssuable = ({ createdS, notAfterS }: DeviceCertificate, timeS: number): boolean =>
  createdS <= timeS && timeS < notAfterS && notAfterS - createdS <= certificateLifetimeMaxS
