import type { KeyPair } from '@sotto/mls'
import { normalizeName, type SignedLink } from '@sotto/protocol'
import { type DeviceSigner, keyPairSigner, type Signatures } from '../signing/labelled.ts'
import type { DeviceCertificate } from './deviceCertificate.ts'
import { encodeLink } from './link.ts'
import { orThrow, signLink } from './linkSigning.ts'
import { verifyChain } from './chain.ts'

export interface Genesis {
  readonly provider: Signatures
  /** AIK. */
  readonly identity: KeyPair
  readonly name: string
  /** The account's first device. */
  readonly device: { readonly certificate: DeviceCertificate; readonly signer: DeviceSigner }
  readonly timeS: number
}

/**
 * The first link of a new account, signed by the identity and by its first device. The account's id is the hash of
 * its bytes.
 *
 * @throws SottoError `name_invalid`, or `bad_request` naming the rule that the link would break
 */
export const buildGenesis = async (options: Genesis): Promise<SignedLink> => {
  const { provider, identity, name, device, timeS } = options
  const bytes = encodeLink({
    account: null,
    seq: 0,
    previousHash: new Uint8Array(32),
    timeS,
    body: {
      kind: 'genesis',
      identityKey: identity.publicKey,
      name: normalizeName(name),
      certificate: device.certificate,
      nonce: provider.random(16),
    },
  })
  const link = await signLink(bytes, [
    [keyPairSigner(provider, identity), 'chain-identity'],
    [device.signer, 'chain-device'],
  ])
  orThrow(await verifyChain(provider, [link], timeS))
  return link
}
