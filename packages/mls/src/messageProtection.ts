import {
  type AuthenticatedContent,
  type ContentAuth,
  decodeContentAuth,
  encodeContentAuth,
} from './authenticatedContent.ts'
import { encode, Reader, Writer } from './codec.ts'
import { MlsError } from './error.ts'
import {
  type Content,
  type ContentType,
  decodeContent,
  encodeContent,
  encodeFraming,
} from './framedContent.ts'
import type { Crypto } from './labels.ts'
import { encodeContentAad, type PrivateMessage } from './privateMessage.ts'
import type { MessageKey, RatchetLimits } from './ratchet.ts'
import { type RatchetName, type SecretTree, takeKeyAt, takeNextKey } from './secretTree.ts'
import { openSenderData, sealSenderData, type SenderData } from './senderData.ts'
import type { LeafIndex } from './treeMath.ts'

/** What message keys come from: of the current epoch, or of a past one that is still kept. */
export interface MessageSecrets {
  readonly senderDataSecret: Uint8Array
  readonly secretTree: SecretTree
}

const ratchetNameOf = (type: ContentType): RatchetName =>
  type === 'application' ? 'application' : 'handshake'

/** The nonce of the ratchet, changed by the reuse guard: a state that came back from a backup repeats no nonce. */
const guarded = (nonce: Uint8Array, guard: Uint8Array): Uint8Array =>
  nonce.map((byte, at) => byte ^ (guard[at] ?? 0))

const reuseGuardBytes = 4

/**
 * Encrypts with the sender's next key.
 *
 * @param paddingBytes zeros after the content, to hide its length
 * @throws MlsError `invalid_use` for a sender who is not a member, `limit_exceeded`
 */
export const sealContent = async (
  crypto: Crypto,
  secrets: MessageSecrets,
  authenticated: AuthenticatedContent,
  paddingBytes: number,
): Promise<{
  readonly message: PrivateMessage
  readonly secretTree: SecretTree
  readonly consumed: readonly Uint8Array[]
}> => {
  const { groupId, epoch, sender, authenticatedData, content } = authenticated.framed
  if (sender.kind !== 'member' || authenticated.wireFormat !== 'private')
    throw new MlsError('invalid_use', 'only what a member signed for it is encrypted')
  const { provider, suite } = crypto
  const taken = takeNextKey(crypto, secrets.secretTree, sender.leafIndex, ratchetNameOf(content.kind))
  const header = { groupId, epoch, contentType: content.kind, authenticatedData }
  const reuseGuard = provider.random(reuseGuardBytes)
  const ciphertext = await provider.aeadSeal(
    suite.aead,
    taken.messageKey.key,
    guarded(taken.messageKey.nonce, reuseGuard),
    encode(encodeContentAad, header),
    privateContent(content, authenticated.auth, paddingBytes),
  )
  const encryptedSenderData = await sealSenderData(crypto, secrets.senderDataSecret, header, ciphertext, {
    leafIndex: sender.leafIndex,
    generation: taken.messageKey.generation,
    reuseGuard,
  })
  return {
    message: { ...header, encryptedSenderData, ciphertext },
    secretTree: taken.tree,
    consumed: taken.consumed,
  }
}

/** `PrivateMessageContent` (RFC 9420 §6.3.1) */
const privateContent = (content: Content, auth: ContentAuth, paddingBytes: number): Uint8Array =>
  encode((writer) => {
    encodeContent(writer, content)
    encodeContentAuth(writer, auth)
    writer.fixed(new Uint8Array(paddingBytes))
  }, undefined)

/**
 * Decrypts; the signature is still to be verified, and the new secret tree not to be kept before that.
 *
 * @param isMember whether a leaf is not blank: any other is refused before the secret tree is touched
 * @throws MlsError `decrypt_failed`, `malformed`, `key_consumed`, `limit_exceeded`
 */
export const openContent = async (
  crypto: Crypto,
  limits: RatchetLimits,
  secrets: MessageSecrets,
  message: PrivateMessage,
  isMember: (leaf: LeafIndex) => boolean,
): Promise<{
  readonly authenticated: AuthenticatedContent
  readonly sender: LeafIndex
  readonly secretTree: SecretTree
  readonly consumed: readonly Uint8Array[]
}> => {
  const senderData = await openSenderData(
    crypto,
    secrets.senderDataSecret,
    message,
    message.ciphertext,
    message.encryptedSenderData,
  )
  if (!isMember(senderData.leafIndex))
    throw new MlsError('malformed', `a message from leaf ${senderData.leafIndex}, which is blank`)
  const taken = takeKeyAt(
    crypto,
    limits,
    secrets.secretTree,
    senderData.leafIndex,
    ratchetNameOf(message.contentType),
    senderData.generation,
  )
  const plaintext = await open(crypto, message, taken.messageKey, senderData)
  return {
    authenticated: authenticatedOf(message, senderData.leafIndex, plaintext),
    sender: senderData.leafIndex,
    secretTree: taken.tree,
    consumed: taken.consumed,
  }
}

const open = async (
  { provider, suite }: Crypto,
  message: PrivateMessage,
  { key, nonce }: MessageKey,
  { reuseGuard }: SenderData,
): Promise<Uint8Array> =>
  provider.aeadOpen(
    suite.aead,
    key,
    guarded(nonce, reuseGuard),
    encode(encodeContentAad, message),
    message.ciphertext,
  )

const authenticatedOf = (
  message: PrivateMessage,
  leafIndex: LeafIndex,
  plaintext: Uint8Array,
): AuthenticatedContent => {
  const reader = new Reader(plaintext)
  const content = decodeContent(reader, message.contentType)
  const contentBytes = reader.since(0)
  const auth = decodeContentAuth(reader, message.contentType)
  // Padding that may be anything is a channel that no one sees.
  if (!reader.fixed(reader.remaining).every((byte) => byte === 0))
    throw new MlsError('malformed', 'padding that is not zero')

  const { groupId, epoch, authenticatedData } = message
  const sender = { kind: 'member', leafIndex } as const
  const framed = { groupId, epoch, sender, authenticatedData, content }
  const writer = new Writer(64 + groupId.length + authenticatedData.length + contentBytes.length)
  encodeFraming(writer, framed, message.contentType)
  writer.fixed(contentBytes)
  return { wireFormat: 'private', framed, framedBytes: writer.view(), auth }
}
