import type { AuthenticatedContent } from './authenticatedContent.ts'
import type { Engine } from './engine.ts'
import { MlsError } from './error.ts'
import type { Content, FramedContent } from './framedContent.ts'
import type { Group } from './group.ts'
import { tagMessage } from './membershipTag.ts'
import { messageBytes } from './message.ts'
import { sealContent } from './messageProtection.ts'

export const noBytes: Uint8Array = new Uint8Array(0)

/**
 * Content from this member, in the current epoch.
 *
 * @throws MlsError `invalid_use` for a state whose secrets were wiped: keys that come of zeros are anyone's
 */
export const frame = (group: Group, content: Content, authenticatedData: Uint8Array): FramedContent => {
  if (group.epochSecrets.initSecret.every((byte) => byte === 0))
    throw new MlsError('invalid_use', 'a state that was wiped')
  const { groupId, epoch } = group.public.context
  const sender = { kind: 'member', leafIndex: group.ownLeaf } as const
  return { groupId, epoch, sender, authenticatedData, content }
}

export interface SentMessage {
  /** With the key that was used gone: to be stored before the message leaves, so that no key is used twice. */
  readonly group: Group
  readonly message: Uint8Array
  readonly consumed: readonly Uint8Array[]
}

/** What this member has signed, in the form in which it travels. */
export const sendMessage = async (
  engine: Engine,
  group: Group,
  authenticated: AuthenticatedContent,
  paddingBytes = 0,
): Promise<SentMessage> => {
  const { epochSecrets, secretTree } = group
  switch (authenticated.wireFormat) {
    case 'public': {
      const message = tagMessage(engine, epochSecrets.membershipKey, authenticated, group.public.context)
      return { group, message: messageBytes({ kind: 'public', message }), consumed: [] }
    }
    case 'private': {
      const secrets = { senderDataSecret: epochSecrets.senderDataSecret, secretTree }
      const sealed = await sealContent(engine, secrets, authenticated, paddingBytes)
      return {
        group: { ...group, secretTree: sealed.secretTree },
        message: messageBytes({ kind: 'private', message: sealed.message }),
        consumed: sealed.consumed,
      }
    }
  }
}
