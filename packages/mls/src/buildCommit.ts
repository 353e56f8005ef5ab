import {
  authenticate,
  type AuthenticatedContent,
  signContent,
  type WireFormat,
} from './authenticatedContent.ts'
import type { ProposalOrRef } from './commit.ts'
import type { Engine } from './engine.ts'
import { groupContextBytes } from './groupContext.ts'
import { confirmationTag, type EpochStart, nextEpoch } from './keySchedule.ts'
import { type Psk, pskSecret } from './psk.ts'
import type { PublicGroup } from './publicGroup.ts'
import type { Sender } from './sender.ts'
import {
  contextAfter,
  groupAfter,
  provisionalContext,
  stageCommit,
  type StagedCommit,
  type StagedProposals,
} from './stageCommit.ts'
import { type OwnLeaf, sealPath, type StagedPath, stagePath } from './treeKem.ts'

/** What a committer puts into a commit, be it a member or one who joins with it. */
export interface CommitParts {
  readonly items: readonly ProposalOrRef[]
  /** With a path when given. */
  readonly ownLeaf: OwnLeaf | undefined
  readonly sender: Sender
  readonly signaturePrivateKey: Uint8Array
  readonly authenticatedData: Uint8Array
  readonly wire: WireFormat
  readonly initSecret: Uint8Array
  readonly psks: readonly Psk[]
}

export interface BuiltCommit {
  readonly done: StagedCommit
  readonly authenticated: AuthenticatedContent
  readonly path: StagedPath | undefined
  readonly public: PublicGroup
  readonly start: EpochStart
  /** What was only on the way, to be wiped. */
  readonly consumed: readonly Uint8Array[]
}

/** RFC 9420 §12.4.1, from the path on. What comes out passed the checks that it will meet at its receivers. */
export const buildCommit = async (
  engine: Engine,
  staged: StagedProposals,
  parts: CommitParts,
): Promise<BuiltCommit> => {
  const { before, base } = staged
  const path = parts.ownLeaf && (await stagePath(engine, base, parts.ownLeaf))
  const sealed =
    path && (await sealPath(engine, path, groupContextBytes(provisionalContext(engine, staged, path.tree))))
  const done = await stageCommit(engine, staged, sealed, parts.authenticatedData)

  const { groupId, epoch } = before.context
  const { sender, authenticatedData } = parts
  const content = { kind: 'commit', commit: { proposals: parts.items, path: sealed } } as const
  const framed = { groupId, epoch, sender, authenticatedData, content }
  const signed = await signContent(engine, parts.signaturePrivateKey, parts.wire, framed, before.context)
  const context = contextAfter(engine, done, signed, signed.signature)

  const commitSecret = path?.commitSecret ?? new Uint8Array(engine.suite.hashBytes)
  const psk = pskSecret(engine, parts.psks)
  const start = nextEpoch(engine, parts.initSecret, commitSecret, psk, context)
  const tag = confirmationTag(engine, start.confirmationKey, context.confirmedTranscriptHash)
  return {
    done,
    authenticated: authenticate(signed, tag),
    path,
    public: groupAfter(engine, done, context, tag),
    start,
    consumed: [
      commitSecret,
      psk,
      start.joinerSecret,
      start.welcomeSecret,
      start.confirmationKey,
      ...start.consumed,
      ...(path?.consumed ?? []),
    ],
  }
}
