import { decodeAs, encodeAs, struct, text, type TypeOf, uint } from '../cbor/shape.ts'
import { accountId, deviceId, messageId, signatureValue } from '../ids.ts'

/**
 * The payload of a `nack` entry: which device refuses the commit at `seq`, and why, signed by that device, so that
 * the server cannot make members believe that others have refused.
 */
export const loggedNackShape = struct({
  account: accountId,
  device: deviceId,
  seq: uint(),
  rule: text(64),
  messageId,
  /** `sign(D, "nack", [room, seq, rule, messageId])` */
  signature: signatureValue,
})
export type LoggedNack = TypeOf<typeof loggedNackShape>

export const encodeLoggedNack = (value: LoggedNack): Uint8Array => encodeAs(loggedNackShape, value)
/** @throws SottoError `bad_request` */
export const decodeLoggedNack = (bytes: Uint8Array): LoggedNack => decodeAs(loggedNackShape, bytes, 'nack')
