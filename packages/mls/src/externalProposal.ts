import { authenticate, signContent } from './authenticatedContent.ts'
import type { GroupContext } from './groupContext.ts'
import type { Crypto } from './labels.ts'
import { messageBytes } from './message.ts'
import type { Proposal } from './proposal.ts'
import type { Sender } from './sender.ts'

/** Who proposes without being a member (RFC 9420 §12.1.8). */
export type OutsideSender = Extract<Sender, { kind: 'external' | 'new_member_proposal' }>

/**
 * A proposal from outside: of a sender that the group context lists, or of one who asks to be added and signs with the
 * key of its own key package.
 *
 * @param context of the epoch in which it is proposed; only group id and epoch are used
 */
export const proposeFromOutside = async (
  crypto: Crypto,
  context: Pick<GroupContext, 'groupId' | 'epoch'>,
  sender: OutsideSender,
  signaturePrivateKey: Uint8Array,
  proposal: Proposal,
  authenticatedData: Uint8Array = new Uint8Array(0),
): Promise<Uint8Array> => {
  const { groupId, epoch } = context
  const framed = {
    groupId,
    epoch,
    sender,
    authenticatedData,
    content: { kind: 'proposal', proposal },
  } as const
  const authenticated = authenticate(
    await signContent(crypto, signaturePrivateKey, 'public', framed, undefined),
  )
  return messageBytes({ kind: 'public', message: { authenticated, membershipTag: undefined } })
}
