import { isJsonObject, type Json, type JsonObject, parseStrictJson as parseOfProtocol } from '@sotto/protocol'
import { OpenRefusal } from '../failure.ts'

export { isJsonObject, type Json, type JsonObject }

const invalid = (): never => {
  throw new OpenRefusal('PAYLOAD_INVALID')
}

/**
 * JSON that has one meaning, in the code of this lane.
 *
 * @throws OpenRefusal `PAYLOAD_INVALID`
 */
export const parseStrictJson = (text: string): Json => {
  try {
    return parseOfProtocol(text)
  } catch {
    return invalid()
  }
}

/**
 * The one spelling of a value: no white space, no needless escapes, no key twice. What signs or protects bytes must
 * not be readable in two ways, and JOSE libraries differ in what they forgive.
 *
 * @throws OpenRefusal `PAYLOAD_INVALID`
 */
export const parseCanonicalJson = (text: string): Json => {
  const value = parseStrictJson(text)
  return JSON.stringify(value) === text ? value : invalid()
}
