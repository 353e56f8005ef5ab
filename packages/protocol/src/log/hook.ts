import { bytes, decodeAs, encodeAs, literal, struct, text, type TypeOf } from '../cbor/shape.ts'
import { limits } from '../limits.ts'

export const hookIdBytes = 16
export const hookId = bytes(hookIdBytes)

/** The payload of a `hook` entry: under which hook something was posted, and the compact JWE as it came. */
export const loggedPostShape = struct({
  version: literal(1),
  hook: hookId,
  jwe: text(limits.hookPostBytesMax),
})
export type LoggedPost = TypeOf<typeof loggedPostShape>

export const encodeLoggedPost = (value: LoggedPost): Uint8Array => encodeAs(loggedPostShape, value)
/** @throws SottoError `bad_request` */
export const decodeLoggedPost = (payload: Uint8Array): LoggedPost =>
  decodeAs(loggedPostShape, payload, 'post')
