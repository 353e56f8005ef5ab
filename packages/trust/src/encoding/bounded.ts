import { encodeAs, type Shape } from '@sotto/protocol'

/**
 * Writes a value that its own shape would read: what is beyond a bound is found by whoever makes it, not by everyone
 * who is handed it.
 *
 * @throws SottoError `bad_request` naming the place
 */
export const encodeBounded = <T>(shape: Shape<T>, value: T, at: string): Uint8Array => {
  shape.read(shape.write(value), at)
  return encodeAs(shape, value)
}
