import { equalBytes } from './bytes.ts'
import { encode } from './codec.ts'
import type { Engine } from './engine.ts'
import { MlsError } from './error.ts'
import { encodeExtensions, type Extension } from './extension.ts'
import { type Group, resumptionPsk } from './group.ts'
import type { GroupContext } from './groupContext.ts'
import type { PreSharedKeyId, ResumptionUsage } from './preSharedKeyId.ts'
import type { Proposal, ReInit } from './proposal.ts'

/** How a new group carries on an old one: in its place (RFC 9420 §11.2), or beside it with some of its members (§11.3). */
export interface Resume {
  readonly usage: Exclude<ResumptionUsage, 'application'>
  /** The old group: for `reinit`, in the epoch after the ReInit was committed. */
  readonly group: Group
}

/** The pre-shared key that ties the first commit of a new group to the old one. @throws MlsError `invalid_use` */
export const resumeProposal = (engine: Engine, group: Group, { usage, group: old }: Resume): Proposal => {
  if (group.public.context.epoch !== 0n)
    throw new MlsError('invalid_use', `a ${usage} in epoch ${group.public.context.epoch}`)
  const complaint = resumeComplaint(usage, group.public.context, old)
  if (complaint) throw new MlsError('invalid_use', complaint)
  const { groupId, epoch } = resumptionPsk(old)
  const nonce = engine.provider.random(engine.suite.hashBytes)
  return { kind: 'psk', psk: { kind: 'resumption', usage, groupId, epoch, nonce } }
}

/**
 * What a Welcome says of the group that it carries on (RFC 9420 §12.4.3.1).
 *
 * That the members of both are the same people is for the caller's checks to say.
 *
 * @throws MlsError `invalid_welcome`
 */
export const verifyResumption = (
  psks: readonly PreSharedKeyId[],
  context: GroupContext,
  old: Group | undefined,
): void => {
  const [tie, ...others] = psks.filter((psk) => psk.kind === 'resumption' && psk.usage !== 'application')
  if (tie?.kind !== 'resumption' || tie.usage === 'application') {
    if (old) throw new MlsError('invalid_welcome', 'a group that is not tied to the one before')
    return
  }
  if (others.length > 0) throw new MlsError('invalid_welcome', 'a group that carries on two others')
  if (context.epoch !== 1n) throw new MlsError('invalid_welcome', `a ${tie.usage} in epoch ${context.epoch}`)
  if (!old) throw new MlsError('invalid_use', `the group before the ${tie.usage} is needed`)
  const { groupId, epoch } = resumptionPsk(old)
  if (!equalBytes(tie.groupId, groupId) || tie.epoch !== epoch)
    throw new MlsError('invalid_welcome', `a ${tie.usage} of another group or epoch`)
  const complaint = resumeComplaint(tie.usage, context, old)
  if (complaint) throw new MlsError('invalid_welcome', complaint)
}

const resumeComplaint = (usage: Resume['usage'], context: GroupContext, old: Group): string | undefined => {
  switch (usage) {
    case 'reinit':
      if (!old.public.reInit) return 'the group before was not closed by a ReInit'
      return matches(context, old.public.reInit) ? undefined : 'the new group is not what the ReInit said'
    case 'branch': {
      const { version, cipherSuite } = old.public.context
      return context.version === version && context.cipherSuite === cipherSuite
        ? undefined
        : 'a branch with another version or suite'
    }
  }
}

const matches = (context: GroupContext, reInit: ReInit): boolean =>
  context.version === reInit.version &&
  context.cipherSuite === reInit.cipherSuite &&
  equalBytes(context.groupId, reInit.groupId) &&
  sameExtensions(context.extensions, reInit.extensions)

const sameExtensions = (one: readonly Extension[], other: readonly Extension[]): boolean =>
  equalBytes(encode(encodeExtensions, one), encode(encodeExtensions, other))
