import { authenticate, signContent } from './authenticatedContent.ts'
import type { Engine } from './engine.ts'
import type { Group } from './group.ts'
import { assertOpen } from './publicGroup.ts'
import { frame, noBytes, type SentMessage, sendMessage } from './sendMessage.ts'

export interface EncryptOptions {
  /** Seen by everyone, changed by no one. */
  readonly authenticatedData?: Uint8Array
  /** Zeros that are encrypted with the data, to hide its length. */
  readonly paddingBytes?: number
}

/**
 * An application message to all members (RFC 9420 §15). Its sender cannot decrypt it: keep the data.
 *
 * @throws MlsError `invalid_use` in a group that a ReInit closed, `limit_exceeded`
 */
export const encrypt = async (
  engine: Engine,
  group: Group,
  data: Uint8Array,
  { authenticatedData = noBytes, paddingBytes = 0 }: EncryptOptions = {},
): Promise<SentMessage> => {
  assertOpen(group.public)
  const framed = frame(group, { kind: 'application', data }, authenticatedData)
  const { context } = group.public
  const signed = await signContent(engine, group.signaturePrivateKey, 'private', framed, context)
  return sendMessage(engine, group, authenticate(signed), paddingBytes)
}
