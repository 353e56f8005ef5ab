import { isJsonObject, type Json, type JsonObject, jsonOf } from '@sotto/protocol'

export { isJsonObject, type Json, type JsonObject }

/**
 * JSON that has one meaning, in the code of this lane.
 *
 * @throws FormRefusal `PAYLOAD_INVALID`
 */
export const parseStrictJson = (text: string): Json => jsonOf(text)
