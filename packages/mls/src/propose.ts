import { authenticate, signContent, type WireFormat } from './authenticatedContent.ts'
import type { Capabilities } from './capabilities.ts'
import type { Credential } from './credential.ts'
import type { Engine } from './engine.ts'
import { MlsError } from './error.ts'
import type { Extension } from './extension.ts'
import type { Group } from './group.ts'
import { signLeafNode } from './leafNode.ts'
import { ownLeafNode } from './ownLeaf.ts'
import type { Proposal } from './proposal.ts'
import type { KeyPair } from './provider.ts'
import { assertOpen } from './publicGroup.ts'
import { receiveProposal } from './receiveProposal.ts'
import { frame, noBytes, type SentMessage, sendMessage } from './sendMessage.ts'

export interface ProposeOptions {
  readonly authenticatedData?: Uint8Array
  /** In the clear unless told otherwise, so that a server can follow. */
  readonly wire?: WireFormat
}

export interface Proposed extends SentMessage {
  /** By what a commit refers to it. */
  readonly ref: Uint8Array
}

/** What of the own leaf is to be another. Its encryption key always is. */
export interface LeafChange {
  readonly credential?: Credential
  readonly signatureKeyPair?: KeyPair
  readonly capabilities?: Capabilities
  readonly extensions?: readonly Extension[]
}

/**
 * Proposes a change in a message of its own. It takes effect when someone commits it.
 *
 * @throws MlsError `invalid_use` for an update, which `proposeUpdate` makes; `invalid_proposal`, `invalid_leaf` and
 * `refused_by_caller` for what no one would take
 */
export const propose = async (
  engine: Engine,
  group: Group,
  proposal: Proposal,
  options: ProposeOptions = {},
): Promise<Proposed> => {
  if (proposal.kind === 'update')
    throw new MlsError('invalid_use', 'the keys of an update are made by proposeUpdate')
  return send(engine, group, proposal, options)
}

/** Proposes new keys for the own leaf (RFC 9420 §12.1.2). */
export const proposeUpdate = async (
  engine: Engine,
  group: Group,
  change: LeafChange = {},
  options: ProposeOptions = {},
): Promise<Proposed> => {
  const { credential, capabilities, extensions, signatureKeyPair } = ownLeafNode(group, change)
  const encryption = await engine.provider.kemGenerate(engine.suite.kem)
  const leafNode = await signLeafNode(
    engine,
    signatureKeyPair.privateKey,
    {
      encryptionKey: encryption.publicKey,
      signatureKey: signatureKeyPair.publicKey,
      credential,
      capabilities,
      source: { kind: 'update' },
      extensions,
    },
    { groupId: group.public.context.groupId, leafIndex: group.ownLeaf },
  )
  const sent = await send(engine, group, { kind: 'update', leafNode }, options)
  const ownUpdate = {
    ref: sent.ref,
    encryptionPrivateKey: encryption.privateKey,
    signaturePrivateKey: signatureKeyPair.privateKey,
  }
  return { ...sent, group: { ...sent.group, ownUpdates: [...sent.group.ownUpdates, ownUpdate] } }
}

const send = async (
  engine: Engine,
  group: Group,
  proposal: Proposal,
  { authenticatedData = noBytes, wire = 'public' }: ProposeOptions,
): Promise<Proposed> => {
  assertOpen(group.public)
  const framed = frame(group, { kind: 'proposal', proposal }, authenticatedData)
  const { context } = group.public
  const authenticated = authenticate(
    await signContent(engine, group.signaturePrivateKey, wire, framed, context),
  )
  const received = await receiveProposal(engine, group.public, authenticated, proposal)
  const sent = await sendMessage(engine, { ...group, public: received.group }, authenticated)
  return { ...sent, ref: received.ref }
}
