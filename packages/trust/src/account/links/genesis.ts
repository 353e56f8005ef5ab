import { bytes, publicKey, text, toHex } from '@sotto/protocol'
import { accepted, refused, type Verdict } from '../../verdict.ts'
import type { AccountState } from '../accountState.ts'
import { type DeviceCertificate, deviceCertificate } from '../deviceCertificate.ts'
import { certificateRule } from './devices.ts'
import type { Signer } from './linkKind.ts'
import { nameRule } from './setName.ts'

export const genesisFields = {
  identityKey: publicKey,
  name: text(64),
  certificate: deviceCertificate,
  nonce: bytes(16),
}

interface GenesisBody {
  readonly identityKey: Uint8Array
  readonly name: string
  readonly certificate: DeviceCertificate
}

export const genesisSigners = ({ identityKey, certificate }: GenesisBody): readonly Signer[] => [
  [identityKey, 'chain-identity'],
  [certificate.signingKey, 'chain-device'],
]

/** The account that a first link makes; `account` is the hash of that link. */
export const founded = (body: GenesisBody, account: Uint8Array, timeS: number): Verdict<AccountState> => {
  const { identityKey, name, certificate } = body
  const broken = certificateRule(certificate, timeS, [identityKey]) ?? nameRule(name)
  if (broken) return refused(broken)
  return accepted({
    account,
    seq: 0,
    head: account,
    identityKey,
    identityKeys: [identityKey],
    name,
    devices: new Map([[toHex(certificate.device), { certificate, addedSeq: 0, status: { kind: 'active' } }]]),
    heads: [account],
    timeS,
  })
}
