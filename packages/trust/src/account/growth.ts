import type { KeyPair } from '@sotto/mls'
import { normalizeName, type SignedLink } from '@sotto/protocol'
import {
  type DeviceSigner,
  keyPairSigner,
  type SignatureLabel,
  type Signatures,
} from '../signing/labelled.ts'
import type { AccountState } from './accountState.ts'
import { extendChain } from './chain.ts'
import type { DeviceCertificate } from './deviceCertificate.ts'
import { encodeLink, type LinkBody } from './link.ts'
import { orThrow, signLink } from './linkSigning.ts'
import type { RevocationReason } from './revocationReason.ts'

/** The chain that a link is to extend, as verified. A clock behind the last link's time is taken to be at it. */
export interface Growth {
  readonly provider: Signatures
  readonly state: AccountState
  readonly timeS: number
}

interface ByIdentity extends Growth {
  /** AIK. */
  readonly identity: KeyPair
}

const grow = async (
  { provider, state, timeS }: Growth,
  body: LinkBody,
  signers: readonly (readonly [DeviceSigner, SignatureLabel])[],
): Promise<SignedLink> => {
  const bytes = encodeLink({
    account: state.account,
    seq: state.seq + 1,
    previousHash: state.head,
    timeS: Math.max(timeS, state.timeS),
    body,
  })
  const link = await signLink(bytes, signers)
  orThrow(await extendChain(provider, state, [link], timeS))
  return link
}

const asIdentity = ({ provider, identity }: ByIdentity): readonly [DeviceSigner, SignatureLabel] => [
  keyPairSigner(provider, identity),
  'chain-identity',
]

/**
 * Certifies a further device. `signer` is that device's: it signs the same bytes, so that nobody's key is certified
 * without its holder.
 *
 * @throws SottoError `bad_request` naming the rule that the link would break; so do all builders of links
 */
export const buildAddDevice = (
  options: ByIdentity & { readonly certificate: DeviceCertificate; readonly signer: DeviceSigner },
): Promise<SignedLink> =>
  grow(options, { kind: 'add_device', certificate: options.certificate }, [
    asIdentity(options),
    [options.signer, 'chain-device'],
  ])

/** Who revokes a device: the account's identity, or the device itself when it signs out. */
export type Revoker =
  | { readonly kind: 'identity'; readonly identity: KeyPair }
  | { readonly kind: 'device'; readonly signer: DeviceSigner }

export const buildRevokeDevice = (
  options: Growth & { readonly device: Uint8Array; readonly reason: RevocationReason; readonly by: Revoker },
): Promise<SignedLink> => {
  const { device, reason, by } = options
  const body: LinkBody = { kind: 'revoke_device', device, reason }
  switch (by.kind) {
    case 'identity':
      return grow(options, body, [asIdentity({ ...options, identity: by.identity })])
    case 'device':
      return grow(options, body, [[by.signer, 'chain-device']])
  }
}

export const buildRotateIdentity = (options: ByIdentity & { readonly next: KeyPair }): Promise<SignedLink> =>
  grow(options, { kind: 'rotate_identity', identityKey: options.next.publicKey }, [
    asIdentity(options),
    [keyPairSigner(options.provider, options.next), 'chain-successor'],
  ])

/** @throws SottoError `name_invalid` */
export const buildSetName = async (options: ByIdentity & { readonly name: string }): Promise<SignedLink> =>
  grow(options, { kind: 'set_name', name: normalizeName(options.name) }, [asIdentity(options)])
