import { SottoError } from '@sotto/protocol'

/** Reads hostile bytes; undefined where they are not the one encoding of a value of this shape. */
export const parsed = <T>(read: () => T): T | undefined => {
  try {
    return read()
  } catch (error) {
    if (error instanceof SottoError) return undefined
    throw error
  }
}
