import { limits } from '@sotto/protocol'
import { accepted, refused } from '../../verdict.ts'
import { activeDevices, deviceOf } from '../accountState.ts'
import { type DeviceCertificate, deviceCertificate } from '../deviceCertificate.ts'
import { certificateRule, withDevice } from './devices.ts'
import { keysOf } from './keys.ts'
import { byIdentity, type LinkKind } from './linkKind.ts'

export const addDeviceFields = { certificate: deviceCertificate }

export const addDevice: LinkKind<{ readonly certificate: DeviceCertificate }> = {
  // The new device signs as well: nobody's key is certified without its holder.
  signersOf: (before, { certificate }) => [[byIdentity(before), [certificate.signingKey, 'chain-device']]],
  step: (before, { certificate }, { seq, timeS }) => {
    const broken = certificateRule(certificate, timeS, keysOf(before))
    if (broken) return refused(broken)
    if (deviceOf(before, certificate.device)) return refused('CHAIN-7')
    if (activeDevices(before, timeS).length >= limits.devicesPerAccountMax) return refused('CHAIN-8')
    return accepted(withDevice(before, { certificate, addedSeq: seq, status: { kind: 'active' } }))
  },
}
