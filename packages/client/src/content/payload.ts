import { decodeAs, encodeAs, H, labelled, limits, struct, blob } from '@sotto/protocol'
import { pad, unpad } from './padding.ts'

/** What stands inside an MLS application message: `[content bytes]`, padded. */
const payload = struct({ content: blob(limits.messageBytesMax, 1) })

export const encodePayload = (content: Uint8Array): Uint8Array => pad(encodeAs(payload, { content }))

/** @returns the content bytes. @throws SottoError `bad_request` */
export const decodePayload = (padded: Uint8Array): Uint8Array =>
  decodeAs(payload, unpad(padded), 'payload').content

/** The name of a message for replies, edits and reactions: bound to its room, author and bytes, not to its place. */
export const messageReference = (
  room: Uint8Array,
  account: Uint8Array,
  content: Uint8Array,
  sha256: (data: Uint8Array) => Uint8Array = H,
): Uint8Array => sha256(labelled('msg', [room, account, sha256(content)]))
