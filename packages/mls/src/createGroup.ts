import type { Engine } from './engine.ts'
import { MlsError } from './error.ts'
import type { Extension } from './extension.ts'
import type { Group } from './group.ts'
import type { KeyPackageBundle } from './keyPackageBundle.ts'
import { confirmationTag, startEpoch } from './keySchedule.ts'
import { groupTerms, validateLeaf } from './leafNodeValidation.ts'
import { mls10 } from './protocolVersion.ts'
import { externalSendersOf } from './externalSenders.ts'
import { publicGroupOf } from './publicGroup.ts'
import { treeOf } from './ratchetTree.ts'
import { secretTreeOf } from './secretTree.ts'
import { treeHash } from './treeHash.ts'
import { privateTreeOf } from './treeKem.ts'
import { wipe } from './wipe.ts'

export interface CreateOptions {
  readonly groupId: Uint8Array
  /** The creator's key package; its init key is not used. */
  readonly bundle: KeyPackageBundle
  /** Of the group context. */
  readonly extensions?: readonly Extension[]
}

/**
 * A group of one, in epoch 0 (RFC 9420 §11).
 *
 * @throws MlsError `invalid_leaf`, `refused_by_caller`, `bad_authentication` for a key package that does not fit
 */
export const createGroup = async (
  engine: Engine,
  { groupId, bundle, extensions = [] }: CreateOptions,
): Promise<Group> => {
  const { keyPackage, encryptionPrivateKey, signaturePrivateKey } = bundle
  const leaf = keyPackage.leafNode
  if (keyPackage.cipherSuite !== engine.suite.id)
    throw new MlsError('invalid_key_package', `cipher suite ${keyPackage.cipherSuite}`)
  externalSendersOf(extensions)
  await validateLeaf(engine, leaf, { at: 'key_package', leafIndex: 0, groupId }, groupTerms(extensions))

  const tree = treeOf(leaf)
  const context = {
    version: mls10,
    cipherSuite: engine.suite.id,
    groupId,
    epoch: 0n,
    treeHash: treeHash(engine, tree),
    confirmedTranscriptHash: new Uint8Array(0),
    extensions,
  }
  const epochSecret = engine.provider.random(engine.suite.hashBytes)
  const start = startEpoch(engine, epochSecret)
  const tag = confirmationTag(engine, start.confirmationKey, context.confirmedTranscriptHash)
  wipe([epochSecret, start.confirmationKey])
  return {
    public: publicGroupOf(engine, context, tree, tag),
    ownLeaf: 0,
    signaturePrivateKey,
    privateTree: privateTreeOf(0, encryptionPrivateKey.slice()),
    epochSecrets: start.secrets,
    secretTree: secretTreeOf(start.encryptionSecret, 1),
    ownUpdates: [],
    pastEpochs: [],
  }
}
