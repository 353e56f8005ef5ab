import { FormRefusal, jsonOf, utf8Text } from '@sotto/protocol'
import { fail } from './failure.ts'

/**
 * What stands in front of everything that is opened: one spelling, and nothing in a header that could make a library do
 * more than open and verify. The forms are those of the server, read by the same tables (`protocol/open`).
 */

export type JsonObject = { readonly [name: string]: unknown }

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a reader of the protocol finds, its refusal in the code of this side. @throws LaneError `ENVELOPE_INVALID` */
export const formed = <T>(read: () => T): T => {
  try {
    return read()
  } catch (error) {
    if (error instanceof FormRefusal) return fail('ENVELOPE_INVALID')
    throw error
  }
}

export const utf8 = (bytes: Uint8Array): string => {
  try {
    return utf8Text(bytes)
  } catch {
    return fail('ENVELOPE_INVALID')
  }
}

/** JSON with one meaning. @throws LaneError `ENVELOPE_INVALID` */
export const parseStrict = (text: string): unknown => formed(() => jsonOf(text))
