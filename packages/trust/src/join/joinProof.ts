import { type CborValue, decodeAs, nullable, signatureValue, struct } from '@sotto/protocol'
import { encodeBounded } from '../encoding/bounded.ts'
import { parsed } from '../encoding/parsed.ts'
import { versioned } from '../encoding/versioned.ts'
import { type DeviceSigner, type Signatures, signLabelled, verifyLabelled } from '../signing/labelled.ts'

/** The epoch that a device joins from outside, and the leaf key with which it does. */
export interface ExternalJoin {
  readonly groupId: Uint8Array
  /** Of the GroupInfo that is joined by: the epoch before that of the new member. */
  readonly epoch: bigint
  readonly confirmedTranscriptHash: Uint8Array
  readonly leafKey: Uint8Array
}

/** What a commit carries in the `extension` of its envelope, where it carries one. */
const commitExtension = versioned(1, struct({ joinProof: nullable(signatureValue) }))

const claim = ({ groupId, epoch, confirmedTranscriptHash, leafKey }: ExternalJoin): CborValue => [
  groupId,
  epoch,
  confirmedTranscriptHash,
  leafKey,
]

/**
 * A device's word that this external join is its own (C7e), as the `extension` of the commit's envelope.
 * A leaf key that was stolen or certified before is not enough to come in from outside: D itself must be there.
 */
export const buildJoinProof = async (signer: DeviceSigner, join: ExternalJoin): Promise<Uint8Array> =>
  encodeBounded(
    commitExtension,
    { joinProof: await signLabelled(signer, 'ext-join', claim(join)) },
    'extension',
  )

/** Whether the extension holds the proof of the device with this key for this join. */
export const verifyJoinProof = async (
  provider: Pick<Signatures, 'verify'>,
  signingKey: Uint8Array,
  join: ExternalJoin,
  extension: Uint8Array | null,
): Promise<boolean> => {
  const proof = extension && parsed(() => decodeAs(commitExtension, extension, 'extension'))?.joinProof
  return proof ? verifyLabelled(provider, signingKey, 'ext-join', claim(join), proof) : false
}
