import { readEnvelope, readKeyEntry } from '@sotto/protocol'
import { refuse } from '../failure.ts'
import { isJsonObject, type Json, type JsonObject } from '../form/strictJson.ts'

/** Someone to whom a key is given: his name, and the thumbprint of his public key where he has one. */
export interface KeyHolder {
  readonly name: string
  readonly fingerprint: string | null
}

const headerOf = (recipient: Json): JsonObject => {
  const header = isJsonObject(recipient) ? recipient['header'] : undefined
  return isJsonObject(header) ? header : {}
}

/** Each recipient's part of a general JWE by its `kid`, the first of it: a flattened JWE (RFC 7516 §7.2.2). */
const partsOf = (jwe: JsonObject, recipients: readonly Json[]): ReadonlyMap<Json, Json> => {
  const { recipients: _others, ...shared } = jwe
  const parts = new Map<Json, Json>()
  for (const recipient of recipients) {
    const { kid } = headerOf(recipient)
    if (isJsonObject(recipient) && kid !== undefined && !parts.has(kid))
      parts.set(kid, { ...shared, ...recipient })
  }
  return parts
}

/**
 * The key as each holder gets it: his own entry and no other. `keys` is an object by name, or one general JWE whose
 * recipients are named by `kid` (name, or thumbprint of the public key). Who made the key needs no entry.
 *
 * @throws OpenRefusal `CLIENT_KEY_REQUIRED` where someone else has none, FormRefusal of an entry's form
 */
export const keyEntriesFor = (
  keys: JsonObject | undefined,
  holders: readonly KeyHolder[],
  maker: string,
): ReadonlyMap<string, Json> => {
  if (!keys || Object.keys(keys).length === 0) return refuse('CLIENT_KEY_REQUIRED')
  const { recipients } = keys
  const isGeneral = Array.isArray(recipients)
  if (isGeneral) void readEnvelope(keys)
  const parts = isGeneral ? partsOf(keys, recipients as readonly Json[]) : undefined
  const partFor = ({ name, fingerprint }: KeyHolder): Json | undefined =>
    parts?.get(name) ?? (fingerprint === null ? undefined : parts?.get(fingerprint))
  const entries = holders.flatMap((holder) => {
    const named = Object.hasOwn(keys, holder.name) ? keys[holder.name] : undefined
    const entry = isGeneral ? partFor(holder) : named
    if (entry === undefined || entry === null)
      return holder.name === maker ? [] : refuse('CLIENT_KEY_REQUIRED')
    if (!isGeneral) void readKeyEntry(entry)
    return [[holder.name, entry] as const]
  })
  return new Map(entries)
}
