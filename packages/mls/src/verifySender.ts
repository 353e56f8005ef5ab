import { type AuthenticatedContent, verifyContent } from './authenticatedContent.ts'
import { MlsError } from './error.ts'
import type { Extension } from './extension.ts'
import { externalSendersOf } from './externalSenders.ts'
import type { FramedContent } from './framedContent.ts'
import type { GroupContext } from './groupContext.ts'
import type { Crypto } from './labels.ts'
import { leafAt, type RatchetTree } from './ratchetTree.ts'

/** What shows who may have sent something: the epoch that it was sent in. */
export interface SenderGround {
  readonly context: GroupContext
  readonly tree: RatchetTree
}

/**
 * The sender's signature under the key that its kind of sender must have used (RFC 9420 §6.1). From here on, and not
 * before, `framed.sender` is who sent it.
 *
 * @throws MlsError `bad_authentication`, `malformed` for content that such a sender cannot send
 */
export const verifySender = async (
  crypto: Crypto,
  ground: SenderGround,
  authenticated: AuthenticatedContent,
): Promise<void> => {
  const key = signatureKeyOf(ground, authenticated.framed)
  if (!(await verifyContent(crypto, key, authenticated, ground.context)))
    throw new MlsError('bad_authentication', 'signature of a message')
}

const signatureKeyOf = ({ context, tree }: SenderGround, { sender, content }: FramedContent): Uint8Array => {
  switch (sender.kind) {
    case 'member': {
      const leaf = leafAt(tree, sender.leafIndex)
      if (!leaf)
        throw new MlsError('bad_authentication', `a message from leaf ${sender.leafIndex}, which is blank`)
      return leaf.signatureKey
    }
    case 'external':
      if (content.kind !== 'proposal')
        throw new MlsError('malformed', `${content.kind} from an external sender`)
      return externalKey(context.extensions, sender.senderIndex)
    case 'new_member_proposal':
      if (content.kind !== 'proposal' || content.proposal.kind !== 'add')
        throw new MlsError('malformed', 'one who is not in the group proposes something else than an add')
      return content.proposal.keyPackage.leafNode.signatureKey
    case 'new_member_commit':
      if (content.kind !== 'commit' || !content.commit.path)
        throw new MlsError(
          'malformed',
          'one who joins by a commit sends something else than a commit with a path',
        )
      return content.commit.path.leafNode.signatureKey
  }
}

const externalKey = (extensions: readonly Extension[], senderIndex: number): Uint8Array => {
  const sender = externalSendersOf(extensions)[senderIndex]
  if (!sender)
    throw new MlsError('bad_authentication', `no external sender ${senderIndex} in the group context`)
  return sender.signatureKey
}
