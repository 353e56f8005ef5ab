import {
  type Content,
  decode,
  decodeMessage,
  encode,
  encodeFramedContent,
  encodeGroupContext,
  type FramedContent,
  type Message,
  mls10,
  type Writer,
} from '@sotto/mls'
import type { Step } from './forge.ts'
import { lawless } from './forge.ts'
import { provider } from './insider.ts'

const publicWire = 1

const written = (write: (writer: Writer) => void): Uint8Array => encode((writer) => write(writer), undefined)

const mlsLabel = (label: string): Uint8Array => new TextEncoder().encode(`MLS 1.0 ${label}`)

const publicMessageIn = (bytes: Uint8Array): Extract<Message, { kind: 'public' }>['message'] => {
  const message = decode(decodeMessage, bytes)
  if (message.kind !== 'public') throw new Error('a handshake is in the clear')
  return message.message
}

type Change = (content: Content, framed: FramedContent) => Partial<FramedContent>
type ChangeSignature = (signature: Uint8Array) => Uint8Array

const made = async (step: Step, change: Change, changeSignature: ChangeSignature): Promise<Step> => {
  const { authenticated } = publicMessageIn(step.message)
  const before = authenticated.framed
  const framed: FramedContent = { ...before, ...change(before.content, before) }
  const isMember = before.sender.kind === 'member'
  const framedBytes = encode(encodeFramedContent, framed)
  const toBeSigned = written((writer) => {
    writer.uint16(mls10)
    writer.uint16(publicWire)
    writer.fixed(framedBytes)
    writer.fixed(encode(encodeGroupContext, step.by.group.public.context))
  })
  const signature = await provider.sign(
    'Ed25519',
    (isMember ? step.by : step.after).group.signaturePrivateKey,
    written((writer) => {
      writer.opaque(mlsLabel('FramedContentTBS'))
      writer.opaque(toBeSigned)
    }),
  )
  const auth = written((writer) => {
    writer.opaque(changeSignature(signature))
    if (authenticated.auth.confirmationTag) writer.opaque(authenticated.auth.confirmationTag)
  })
  const tag = provider.hmac(
    lawless.suite.hash,
    step.by.group.epochSecrets.membershipKey,
    written((writer) => {
      writer.fixed(toBeSigned)
      writer.fixed(auth)
    }),
  )
  const message = written((writer) => {
    writer.uint16(mls10)
    writer.uint16(publicWire)
    writer.fixed(framedBytes)
    writer.fixed(auth)
    if (isMember) writer.opaque(tag)
  })
  return { ...step, message }
}

/**
 * A handshake with something else in it, signed and tagged anew with the keys of whoever made it: what no engine
 * would let its user make. A commit keeps the confirmation tag of what it was.
 */
export const resigned = (step: Step, change: Change): Promise<Step> =>
  made(step, change, (signature) => signature)

/** A handshake whose signature is another, tagged anew. */
export const withSignature = (step: Step, change: ChangeSignature): Promise<Step> =>
  made(step, () => ({}), change)

/** An application message that says it is of another generation, sealed with the secret that all members have. */
export const ofGeneration = async (step: Step, generation: number): Promise<Step> => {
  const message = decode(decodeMessage, step.message)
  if (message.kind !== 'private') throw new Error('an application message')
  const { suite } = lawless
  const sealed = message.message
  const secret = step.by.group.epochSecrets.senderDataSecret
  const sample = sealed.ciphertext.subarray(0, suite.hashBytes)
  const expand = (label: string, length: number): Uint8Array =>
    provider.hkdfExpand(
      suite.kdf,
      secret,
      written((writer) => {
        writer.uint16(length)
        writer.opaque(mlsLabel(label))
        writer.opaque(sample)
      }),
      length,
    )
  const aad = written((writer) => {
    writer.opaque(sealed.groupId)
    writer.uint64(sealed.epoch)
    writer.uint8(1)
  })
  const key = expand('key', suite.keyBytes)
  const nonce = expand('nonce', suite.nonceBytes)
  const before = await provider.aeadOpen(suite.aead, key, nonce, aad, sealed.encryptedSenderData)
  const changed = before.slice()
  new DataView(changed.buffer).setUint32(4, generation)
  const encryptedSenderData = await provider.aeadSeal(suite.aead, key, nonce, aad, changed)
  return {
    ...step,
    message: written((writer) => {
      writer.uint16(mls10)
      writer.uint16(2)
      writer.opaque(sealed.groupId)
      writer.uint64(sealed.epoch)
      writer.uint8(1)
      writer.opaque(sealed.authenticatedData)
      writer.opaque(encryptedSenderData)
      writer.opaque(sealed.ciphertext)
    }),
  }
}
