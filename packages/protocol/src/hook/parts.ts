import { SottoError } from '../errors.ts'
import { fromBase64url } from '../jose/base64url.ts'
import { isJsonObject, type JsonObject, parseStrictJson, utf8Text } from '../jose/strictJson.ts'
import type { HookFault } from './fault.ts'

/** What a strict reader found: the value, or what is wrong with it. */
export type HookRead<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'refused'; readonly fault: HookFault }

export const understood = <T>(value: T): HookRead<T> => ({ kind: 'read', value })
export const faulty = (fault: HookFault): Extract<HookRead<never>, { kind: 'refused' }> => ({
  kind: 'refused',
  fault,
})

/** The result, or undefined where the reader refuses: anything else that it throws is a bug. */
export const attempted = <T>(reader: () => T): T | undefined => {
  try {
    return reader()
  } catch (error) {
    if (error instanceof SottoError && error.code === 'bad_request') return undefined
    throw error
  }
}

/** The parts of a compact serialisation, each as bytes; undefined unless each is canonical base64url. */
export const bytesOfParts = (parts: readonly string[]): readonly Uint8Array[] | undefined =>
  attempted(() => parts.map(fromBase64url))

/** A JOSE header or a set of claims: a JSON object in which no key stands twice. */
export const objectIn = (bytes: Uint8Array): JsonObject | undefined =>
  attempted(() => {
    const value = parseStrictJson(utf8Text(bytes))
    if (!isJsonObject(value)) throw new SottoError('bad_request', 'not an object')
    return value
  })

/** Whether an object has these members and no others: `zip`, `crit`, `jku`, `jwk` and what comes next go without a name. */
export const hasExactly = (value: JsonObject, names: readonly string[]): boolean =>
  Object.keys(value).length === names.length && names.every((name) => Object.hasOwn(value, name))
