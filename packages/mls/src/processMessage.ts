import type { AuthenticatedContent } from './authenticatedContent.ts'
import { equalBytes } from './bytes.ts'
import type { CommitView } from './commitView.ts'
import type { Engine } from './engine.ts'
import { MlsError } from './error.ts'
import type { Group } from './group.ts'
import { verifyMembership } from './membershipTag.ts'
import { readWhole } from './message.ts'
import { type MessageSecrets, openContent } from './messageProtection.ts'
import { assertCurrent } from './observe.ts'
import type { PrivateMessage } from './privateMessage.ts'
import { processCommit } from './processCommit.ts'
import type { Proposal } from './proposal.ts'
import type { PskSource } from './psk.ts'
import type { PublicMessage } from './publicMessage.ts'
import { leafAt } from './ratchetTree.ts'
import { receiveProposal } from './receiveProposal.ts'
import type { SecretTree } from './secretTree.ts'
import type { Sender } from './sender.ts'
import type { LeafIndex } from './treeMath.ts'
import { type SenderGround, verifySender } from './verifySender.ts'

/** What a message was. Its sender is authenticated; `consumed` is to be wiped once the new group is stored. */
export type Processed =
  | {
      readonly kind: 'application'
      readonly group: Group
      readonly sender: LeafIndex
      readonly data: Uint8Array
      readonly authenticatedData: Uint8Array
      /** The epoch that it was sent in: the current one, unless past ones are kept. */
      readonly epoch: bigint
      readonly consumed: readonly Uint8Array[]
    }
  | {
      readonly kind: 'proposal'
      readonly group: Group
      readonly ref: Uint8Array
      readonly proposal: Proposal
      readonly sender: Sender
      readonly authenticatedData: Uint8Array
      readonly consumed: readonly Uint8Array[]
    }
  | {
      readonly kind: 'commit'
      /** Null when the commit removed this member. */
      readonly group: Group | null
      readonly view: CommitView
      readonly consumed: readonly Uint8Array[]
    }

export interface ProcessOptions {
  /** Asked for pre-shared keys that a commit names. */
  readonly psks?: PskSource
  /**
   * Application messages from the own leaf. `opened` is for a state that was set back: it still has the keys of what
   * it has sent since, and must send nothing more, for it would use them twice. Without it they are refused.
   */
  readonly own?: 'refused' | 'opened'
}

/** Content that was taken out of its protection, and the group with the key for it gone. */
interface Received {
  readonly authenticated: AuthenticatedContent
  readonly group: Group
  readonly consumed: readonly Uint8Array[]
}

/**
 * Takes in a message of this group (RFC 9420 §6, §12.4.2, §15). A member's own commit is not processed but adopted,
 * and its own application messages cannot be read back, unless its state was set back (`own`).
 *
 * @throws MlsError of any code; the group is as it was then
 */
export const process = async (
  engine: Engine,
  group: Group,
  message: Uint8Array,
  options: ProcessOptions = {},
): Promise<Processed> => {
  const read = readWhole(engine, message)
  switch (read.kind) {
    case 'public':
      return processHandshake(engine, receivePublic(engine, group, read.message), options)
    case 'private':
      return processPrivate(engine, group, read.message, options)
    case 'welcome':
    case 'group_info':
    case 'key_package':
      throw new MlsError('unsupported', `a ${read.kind} is not for the members of a group`)
  }
}

const receivePublic = (engine: Engine, group: Group, message: PublicMessage): Received => {
  const { authenticated } = message
  assertCurrent(group.public.context, authenticated.framed)
  if (authenticated.framed.content.kind === 'application')
    throw new MlsError('malformed', 'application data in a public message')
  verifyMembership(engine, group.epochSecrets.membershipKey, message, group.public.context)
  return { authenticated, group, consumed: [] }
}

const processPrivate = async (
  engine: Engine,
  group: Group,
  message: PrivateMessage,
  options: ProcessOptions,
): Promise<Processed> => {
  if (message.contentType === 'application') return processApplication(engine, group, message, options)
  assertCurrent(group.public.context, message)
  const { tree } = group.public
  const secrets = { senderDataSecret: group.epochSecrets.senderDataSecret, secretTree: group.secretTree }
  const opened = await openContent(engine, engine.limits, secrets, message, (leaf) => {
    assertNotOwn(group, leaf)
    return leafAt(tree, leaf) !== undefined
  })
  const { authenticated, secretTree, consumed } = opened
  return processHandshake(engine, { authenticated, group: { ...group, secretTree }, consumed }, options)
}

/** The keys of own messages are gone; whoever else uses our place in the secret tree is an impostor. */
const assertNotOwn = (group: Group, leaf: LeafIndex): void => {
  if (leaf === group.ownLeaf) throw new MlsError('key_consumed', 'a message of our own')
}

const processApplication = async (
  engine: Engine,
  group: Group,
  message: PrivateMessage,
  { own = 'refused' }: ProcessOptions,
): Promise<Processed> => {
  const { ground, secrets, keep } = epochOf(group, message)
  const opened = await openContent(engine, engine.limits, secrets, message, (leaf) => {
    if (own === 'refused') assertNotOwn(group, leaf)
    return leafAt(ground.tree, leaf) !== undefined
  })
  await verifySender(engine, ground, opened.authenticated)
  const { content, authenticatedData, epoch } = opened.authenticated.framed
  if (content.kind !== 'application') throw new MlsError('malformed', `${content.kind} as application data`)
  return {
    kind: 'application',
    group: keep(opened.secretTree),
    sender: opened.sender,
    data: content.data,
    authenticatedData,
    epoch,
    consumed: opened.consumed,
  }
}

interface MessageEpoch {
  readonly ground: SenderGround
  readonly secrets: MessageSecrets
  /** The group with the secret tree of that epoch as it is after the message. */
  readonly keep: (secretTree: SecretTree) => Group
}

/** The epoch of an application message: the current one, or a past one that is still kept. */
const epochOf = (group: Group, message: PrivateMessage): MessageEpoch => {
  const { context } = group.public
  const past = group.pastEpochs.find((kept) => kept.context.epoch === message.epoch)
  if (past && equalBytes(message.groupId, context.groupId))
    return {
      ground: past,
      secrets: past,
      keep: (secretTree) => ({
        ...group,
        pastEpochs: group.pastEpochs.map((kept) => (kept === past ? { ...past, secretTree } : kept)),
      }),
    }
  assertCurrent(context, message)
  return {
    ground: group.public,
    secrets: { senderDataSecret: group.epochSecrets.senderDataSecret, secretTree: group.secretTree },
    keep: (secretTree) => ({ ...group, secretTree }),
  }
}

const processHandshake = async (
  engine: Engine,
  { authenticated, group, consumed }: Received,
  options: ProcessOptions,
): Promise<Processed> => {
  const { content, authenticatedData } = authenticated.framed
  await verifySender(engine, group.public, authenticated)
  switch (content.kind) {
    case 'application':
      throw new MlsError('malformed', 'application data as a handshake')
    case 'proposal': {
      const { ref, proposal, sender, ...received } = await receiveProposal(
        engine,
        group.public,
        authenticated,
        content.proposal,
      )
      return {
        kind: 'proposal',
        group: { ...group, public: received.group },
        ref,
        proposal,
        sender,
        authenticatedData,
        consumed,
      }
    }
    case 'commit': {
      const processed = await processCommit(engine, group, authenticated, content.commit, options)
      return { kind: 'commit', ...processed, consumed: [...consumed, ...processed.consumed] }
    }
  }
}
