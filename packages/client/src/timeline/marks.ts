import {
  bytes,
  decodeAs,
  encodeAs,
  equalBytes,
  limits,
  list,
  type Shape,
  SottoError,
  struct,
  text,
  uint,
} from '@sotto/protocol'
import type { ReadContent } from '../content/content.ts'
import { saidContent } from './record.ts'

/** What an account says of a message that stands elsewhere in the log. */
export interface Mark {
  readonly account: Uint8Array
  readonly device: Uint8Array
  /** Where it stands itself. */
  readonly seq: number
  readonly timeMs: number
  readonly key: string
  readonly said: ReadContent
}

/** A mark on a message that has no place here yet, and perhaps never gets one. */
export interface WaitingMark {
  /** The reference of the message, in hex. */
  readonly reference: string
  readonly mark: Mark
}

export const mark: Shape<Mark> = struct({
  account: bytes(32),
  device: bytes(16),
  seq: uint(),
  timeMs: uint(),
  key: text(limits.markKeyCharactersMax),
  said: saidContent,
})
export const marks = list(mark, limits.marksPerMessageMax)

export const encodeMark = (value: Mark): Uint8Array => encodeAs(mark, value)
export const encodeMarks = (value: readonly Mark[]): Uint8Array => encodeAs(marks, value)

const intact = <T>(shape: Shape<T>, stored: Uint8Array): T => {
  try {
    return decodeAs(shape, stored)
  } catch {
    throw new SottoError('storage_damaged')
  }
}

/** @throws SottoError `storage_damaged` */
export const decodeMark = (stored: Uint8Array): Mark => intact(mark, stored)
/** @throws SottoError `storage_damaged` */
export const decodeMarks = (stored: Uint8Array): readonly Mark[] => intact(marks, stored)

/** Whether it is small enough to be kept with the message that it is about. */
export const isMarkSized = ({ key, said }: Mark): boolean =>
  key.length <= limits.markKeyCharactersMax && said.bytes.length <= limits.markBytesMax

const replaces = (one: Mark, other: Mark): boolean =>
  one.key === other.key && equalBytes(one.account, other.account)

/**
 * The marks of a message with one more. It takes the place of the one of the same account and key, unless that stands
 * further on in the log: the result is the same in whichever order marks are found. A message that has as many as it may,
 * of all or of the account, takes no others.
 */
export const withMark = (before: readonly Mark[], next: Mark): readonly Mark[] => {
  const at = before.findIndex((known) => replaces(next, known))
  const known = before[at]
  if (known) return known.seq < next.seq ? before.with(at, next) : before
  const own = before.filter(({ account }) => equalBytes(account, next.account)).length
  const hasRoom = before.length < limits.marksPerMessageMax && own < limits.marksPerAccountMax
  return hasRoom ? [...before, next] : before
}
