import { hybridSuiteId, mls10 } from '@sotto/mls/public'
import { decodeEnvelope, type Envelope, entryKinds, equalBytes } from '@sotto/protocol'
import { parsed } from '../../encoding/parsed.ts'
import { areRoomExtensions, policyOf, sameButPolicy } from '../../policy/context.ts'
import type { Policy } from '../../policy/policy.ts'
import type { Rule } from '../../rules.ts'
import type { CommitToJudge, GroupView } from '../view.ts'

/** The policies on both sides of a commit, once everything around them is as it must be (C0a, C0b, C0c, C0g). */
export const policiesOf = ({
  before,
  after,
}: CommitToJudge): { readonly before: Policy; readonly after: Policy } | Rule => {
  const old = policyOf(before.context)
  if (old.kind === 'refused') return 'C0a'
  const next = policyOf(after.context)
  if (next.kind === 'refused') return 'C0b'
  if (!areRoomExtensions(before.context) || !areRoomExtensions(after.context)) return 'C0c'
  if (!sameButPolicy(before.context, after.context)) return 'C0c'
  if (!isOfSotto(before) || !isOfSotto(after) || !follows(before, after)) return 'C0g'
  return { before: old.value, after: next.value }
}

export const isOfSotto = ({ context }: GroupView): boolean =>
  context.version === mls10 && context.cipherSuite === hybridSuiteId

const follows = ({ context: before }: GroupView, { context: after }: GroupView): boolean =>
  equalBytes(before.groupId, after.groupId) && after.epoch === before.epoch + 1n

/** The envelope of a commit of this room; anything else in its authenticated data is a message out of place (C0e). */
export const commitEnvelope = (authenticatedData: Uint8Array, room: Uint8Array): Envelope | undefined => {
  const envelope = parsed(() => decodeEnvelope(authenticatedData))
  const fits =
    envelope?.kind === entryKinds.commit && equalBytes(envelope.room, room) && envelope.archiveHash === null
  return fits ? envelope : undefined
}
