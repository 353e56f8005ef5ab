import { isEncryptionKey } from '@sotto/mls/public'
import { equalBytes, toHex } from '@sotto/protocol'
import type { Rule } from '../../rules.ts'
import type { AccountDevice, AccountState } from '../accountState.ts'
import { type DeviceCertificate, isIssuable } from '../deviceCertificate.ts'

export const withDevice = (state: AccountState, device: AccountDevice): AccountState => ({
  ...state,
  devices: new Map([...state.devices, [toHex(device.certificate.device), device]]),
})

/** @param taken keys of the account that no device may have */
export const certificateRule = (
  certificate: DeviceCertificate,
  timeS: number,
  taken: readonly Uint8Array[],
): Rule | undefined => {
  if (!isIssuable(certificate, timeS)) return 'CHAIN-6'
  if (taken.some((key) => equalBytes(key, certificate.signingKey))) return 'CHAIN-7'
  return isEncryptionKey('MLKEM768-X25519', certificate.sealingKey) ? undefined : 'CHAIN-14'
}
