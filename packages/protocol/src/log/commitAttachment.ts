import { blob, decodeAs, encodeAs, nullable, struct, type TypeOf } from '../cbor/shape.ts'
import { limits } from '../limits.ts'

/** What travels beside a commit: the log keeps its hash, the server hands each part to whom it is for. */
const commitAttachment = struct({
  /** Signed GroupInfo of the new epoch, without the tree: for external joins, checked by the server. */
  groupInfo: blob(limits.groupInfoBytesMax),
  welcome: nullable(blob(limits.welcomeBytesMax)),
  /** Room metadata, sealed anew under the new epoch; opaque to the server. */
  meta: nullable(blob(limits.metaBytesMax)),
})
export type CommitAttachment = TypeOf<typeof commitAttachment>

export const encodeCommitAttachment = (value: CommitAttachment): Uint8Array =>
  encodeAs(commitAttachment, value)
/** @throws SottoError `bad_request` */
export const decodeCommitAttachment = (bytes: Uint8Array): CommitAttachment =>
  decodeAs(commitAttachment, bytes, 'attachment')
