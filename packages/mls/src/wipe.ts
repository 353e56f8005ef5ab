/**
 * Overwrites secrets. What an operation lists as `consumed` is still part of the state that it was given: wipe it
 * once the new state is stored in that one's place, and never if it is dropped.
 */
export const wipe = (buffers: Iterable<Uint8Array>): void => {
  for (const buffer of buffers) buffer.fill(0)
}
