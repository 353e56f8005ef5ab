import assert from 'node:assert/strict'
import {
  authenticate,
  type AuthenticatedContent,
  signContent,
  type WireFormat,
} from '../../src/authenticatedContent.ts'
import type { ProposalOrRef } from '../../src/commit.ts'
import type { Content, FramedContent } from '../../src/framedContent.ts'
import {
  type Engine,
  type Group,
  MlsError,
  observe,
  process,
  type Proposal,
  type PublicGroup,
} from '../../src/index.ts'
import { confirmationTag, nextEpoch } from '../../src/keySchedule.ts'
import { tagMessage } from '../../src/membershipTag.ts'
import { messageBytes } from '../../src/message.ts'
import { sealContent } from '../../src/messageProtection.ts'
import { contextAfter, provisionalContext, stageProposals } from '../../src/stageCommit.ts'
import type { UpdatePath } from '../../src/updatePath.ts'

/**
 * What a member could send whose client does not keep to the rules: it has all the keys of that member, and signs and
 * tags whatever it likes.
 */

export const framed = (
  group: Group,
  content: Content,
  change: Partial<FramedContent> = {},
): FramedContent => ({
  groupId: group.public.context.groupId,
  epoch: group.public.context.epoch,
  sender: { kind: 'member', leafIndex: group.ownLeaf },
  authenticatedData: new Uint8Array(),
  content,
  ...change,
})

export interface Forged {
  readonly wire?: WireFormat
  readonly change?: Partial<FramedContent>
  readonly signaturePrivateKey?: Uint8Array
  readonly confirmationTag?: Uint8Array
}

export const sign = async (
  engine: Engine,
  group: Group,
  content: Content,
  forged: Forged = {},
): Promise<AuthenticatedContent> => {
  const key = forged.signaturePrivateKey ?? group.signaturePrivateKey
  const { context } = group.public
  const signed = await signContent(
    engine,
    key,
    forged.wire ?? 'public',
    framed(group, content, forged.change),
    context,
  )
  const tag = forged.confirmationTag ?? new Uint8Array(engine.suite.hashBytes)
  return authenticate(signed, content.kind === 'commit' ? tag : undefined)
}

/** With the membership tag, or encrypted, as it should be. */
export const protect = async (
  engine: Engine,
  group: Group,
  authenticated: AuthenticatedContent,
  paddingBytes = 0,
): Promise<Uint8Array> => {
  if (authenticated.wireFormat === 'private') {
    const { senderDataSecret } = group.epochSecrets
    const secrets = { senderDataSecret, secretTree: group.secretTree }
    const { message } = await sealContent(engine, secrets, authenticated, paddingBytes)
    return messageBytes({ kind: 'private', message })
  }
  const { membershipKey } = group.epochSecrets
  const message =
    authenticated.framed.sender.kind === 'member'
      ? tagMessage(engine, membershipKey, authenticated, group.public.context)
      : { authenticated, membershipTag: undefined }
  return messageBytes({ kind: 'public', message })
}

export const send = async (
  engine: Engine,
  group: Group,
  content: Content,
  forged: Forged = {},
): Promise<Uint8Array> => protect(engine, group, await sign(engine, group, content, forged))

export const byValue = (...proposals: readonly Proposal[]): readonly ProposalOrRef[] =>
  proposals.map((proposal) => ({ kind: 'proposal', proposal }))

/** A commit of these items, right in all but what is wrong with the items themselves. */
export const sendCommit = async (
  engine: Engine,
  group: Group,
  proposals: readonly ProposalOrRef[],
  path?: UpdatePath,
  forged: Forged = {},
): Promise<Uint8Array> => send(engine, group, { kind: 'commit', commit: { proposals, path } }, forged)

/** A commit without a path, down to a confirmation tag that holds: nothing but the missing path is wrong with it. */
export const sendPathless = async (
  engine: Engine,
  group: Group,
  items: readonly ProposalOrRef[],
): Promise<Uint8Array> => {
  const staged = await stageProposals(
    engine,
    group.public,
    { kind: 'member', leafIndex: group.ownLeaf },
    items,
  )
  const after = { tree: staged.base.tree, context: provisionalContext(engine, staged, staged.base.tree) }
  const content = { kind: 'commit', commit: { proposals: items, path: undefined } } as const
  const { context: before } = group.public
  const signed = await signContent(
    engine,
    group.signaturePrivateKey,
    'public',
    framed(group, content),
    before,
  )
  const context = contextAfter(engine, { before: group.public, after }, signed, signed.signature)
  const zero = new Uint8Array(engine.suite.hashBytes)
  const { confirmationKey } = nextEpoch(engine, group.epochSecrets.initSecret, zero, zero, context)
  const tag = confirmationTag(engine, confirmationKey, context.confirmedTranscriptHash)
  return protect(engine, group, authenticate(signed, tag))
}

/** That an operation ends with an MlsError of this code; any other error is a fault of the engine. */
export const refuses = async (
  operation: Promise<unknown>,
  code: MlsError['code'],
  why?: RegExp,
): Promise<void> => {
  const error = await operation.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert(error instanceof MlsError, `refused with an MlsError, not ${String(error)}`)
  assert.equal(error.code, code, error.message)
  if (why) assert.match(error.message, why)
}

/** That a member and a server both refuse a message, for the same reason. */
export const bothRefuse = async (
  engine: Engine,
  member: Group,
  server: PublicGroup,
  message: Uint8Array,
  code: MlsError['code'],
  why?: RegExp,
): Promise<void> => {
  await refuses(process(engine, member, message), code, why)
  await refuses(observe(engine, server, message), code, why)
}
