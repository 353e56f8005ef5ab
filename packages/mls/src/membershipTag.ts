import { type AuthenticatedContent, encodeContentAuth, toBeSigned } from './authenticatedContent.ts'
import { equalBytes } from './bytes.ts'
import { encode } from './codec.ts'
import { MlsError } from './error.ts'
import type { GroupContext } from './groupContext.ts'
import type { Crypto } from './labels.ts'
import type { PublicMessage } from './publicMessage.ts'

/** The MAC over `AuthenticatedContentTBM` (RFC 9420 §6.2). */
const membershipTag = (
  { provider, suite }: Crypto,
  membershipKey: Uint8Array,
  { wireFormat, framed, framedBytes, auth }: AuthenticatedContent,
  context: GroupContext,
): Uint8Array => {
  const content = encode((writer) => {
    writer.fixed(toBeSigned(wireFormat, framed.sender, framedBytes, context))
    encodeContentAuth(writer, auth)
  }, undefined)
  return provider.hmac(suite.hash, membershipKey, content)
}

/** A member's message, tagged. Application data goes out encrypted or not at all. @throws MlsError `invalid_use` */
export const tagMessage = (
  crypto: Crypto,
  membershipKey: Uint8Array,
  authenticated: AuthenticatedContent,
  context: GroupContext,
): PublicMessage => {
  if (authenticated.framed.content.kind === 'application')
    throw new MlsError('invalid_use', 'application data in a public message')
  return { authenticated, membershipTag: membershipTag(crypto, membershipKey, authenticated, context) }
}

/** What only members can check of a member's message. @throws MlsError `bad_authentication` */
export const verifyMembership = (
  crypto: Crypto,
  membershipKey: Uint8Array,
  message: PublicMessage,
  context: GroupContext,
): void => {
  if (message.authenticated.framed.sender.kind !== 'member') return
  const expected = membershipTag(crypto, membershipKey, message.authenticated, context)
  if (!message.membershipTag || !equalBytes(expected, message.membershipTag))
    throw new MlsError('bad_authentication', 'membership tag')
}
