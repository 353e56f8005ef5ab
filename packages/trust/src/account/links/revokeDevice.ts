import { deviceId } from '@sotto/protocol'
import { accepted, refused } from '../../verdict.ts'
import { deviceOf } from '../accountState.ts'
import { type RevocationReason, revocationReason } from '../revocationReason.ts'
import { withDevice } from './devices.ts'
import { byIdentity, type LinkKind } from './linkKind.ts'

export const revokeDeviceFields = { device: deviceId, reason: revocationReason }

export const revokeDevice: LinkKind<{ readonly device: Uint8Array; readonly reason: RevocationReason }> = {
  signersOf: (before, body) => {
    // A device may take itself out without the vault being opened: signing out must always be possible.
    const device = deviceOf(before, body.device)
    const identity = byIdentity(before)
    return device ? [[identity], [[device.certificate.signingKey, 'chain-device']]] : [[identity]]
  },
  step: (before, body, { seq, timeS }) => {
    const device = deviceOf(before, body.device)
    if (device?.status.kind !== 'active') return refused('CHAIN-9')
    const { reason } = body
    return accepted(withDevice(before, { ...device, status: { kind: 'revoked', seq, timeS, reason } }))
  },
}
