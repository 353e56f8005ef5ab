import { refuse } from '../failure.ts'
import { fromBase64, fromBase64url } from '../form/base64.ts'
import { isJsonObject, type Json, type JsonObject, parseStrictJson } from '../form/strictJson.ts'
import { contentAlgorithmOf, keyAlgorithmOf, protectedHeader, recipientHeader } from './header.ts'
import { checkContent, checkEncryptedKey, isRsaCiphertext } from './sealed.ts'

/**
 * The forms in which something sealed to a public key travels (RFC 7516 §7): compact, flattened and general JWE, and
 * the field form `{encrypted_data, encrypted_key, iv}` of programs without a JOSE library. The server reads the form
 * and nothing else: it has no key.
 */
export type EnvelopeForm = 'compact' | 'flattened' | 'general' | 'fields'

const recipientsMax = 256
const gcmIvBytes = 12
const gcmTagBytes = 16
const blockCipherIvBytes = 16

const only = (value: JsonObject, names: readonly string[]): void => {
  if (Object.keys(value).some((name) => !names.includes(name))) refuse('PAYLOAD_INVALID')
}

const checkCompact = (jwe: string): void => {
  const parts = jwe.split('.')
  if (parts.length !== 5) refuse('PAYLOAD_INVALID')
  const [header, key, iv, ciphertext, tag] = parts
  const isProtected = protectedHeader(header)
  const alg = keyAlgorithmOf(isProtected)
  const enc = contentAlgorithmOf(isProtected)
  checkEncryptedKey(alg, enc, key)
  checkContent(enc, { iv, ciphertext, tag })
}

const checkJson = (jwe: JsonObject, recipients: readonly Json[]): void => {
  const isProtected = protectedHeader(jwe['protected'])
  const enc = contentAlgorithmOf(isProtected)
  if (recipients.length === 0 || recipients.length > recipientsMax) refuse('PAYLOAD_INVALID')
  for (const recipient of recipients) {
    if (!isJsonObject(recipient)) return refuse('PAYLOAD_INVALID')
    const header = recipientHeader(recipient['header'], isProtected)
    checkEncryptedKey(keyAlgorithmOf({ ...isProtected, ...header }), enc, recipient['encrypted_key'])
  }
  if (jwe['aad'] !== undefined) {
    const { aad } = jwe
    if (typeof aad === 'string') fromBase64url(aad)
    else refuse('PAYLOAD_INVALID')
  }
  checkContent(enc, { iv: jwe['iv'], ciphertext: jwe['ciphertext'], tag: jwe['tag'] })
}

const sharedNames = ['protected', 'iv', 'ciphertext', 'tag', 'aad'] as const

const checkFlattened = (jwe: JsonObject): void => {
  only(jwe, [...sharedNames, 'header', 'encrypted_key'])
  checkJson(jwe, [{ header: jwe['header'] ?? {}, encrypted_key: jwe['encrypted_key'] ?? null }])
}

const checkGeneral = (jwe: JsonObject): void => {
  only(jwe, [...sharedNames, 'recipients'])
  const { recipients } = jwe
  if (!Array.isArray(recipients)) return refuse('PAYLOAD_INVALID')
  for (const one of recipients as readonly Json[])
    if (isJsonObject(one)) only(one, ['header', 'encrypted_key'])
  checkJson(jwe, recipients as readonly Json[])
}

/** Data and iv of the field form: AES-256-GCM with the tag appended. @throws OpenRefusal */
export const checkTaggedFields = (data: Json | undefined, iv: Json | undefined): void => {
  if (typeof data !== 'string' || typeof iv !== 'string') return refuse('PAYLOAD_INVALID')
  const ivBytes = fromBase64(iv).length
  // What a block cipher without a tag takes; AES-GCM here takes twelve bytes and no others.
  if (ivBytes === blockCipherIvBytes) refuse('UNAUTHENTICATED_ENCRYPTION')
  if (ivBytes !== gcmIvBytes) refuse('PAYLOAD_INVALID')
  if (fromBase64(data).length < gcmTagBytes) refuse('UNAUTHENTICATED_ENCRYPTION')
}

const checkFields = (fields: JsonObject): void => {
  only(fields, ['encrypted_data', 'encrypted_key', 'iv'])
  checkTaggedFields(fields['encrypted_data'], fields['iv'])
  const { encrypted_key: key } = fields
  if (typeof key !== 'string' || !isRsaCiphertext(fromBase64(key))) refuse('PAYLOAD_INVALID')
}

const plaintextNames = ['message', 'text', 'plaintext', 'content', 'body']

/** Whether somebody sends what he should have encrypted. */
export const isPlaintext = (value: JsonObject): boolean =>
  plaintextNames.some((name) => Object.hasOwn(value, name))

const checkObject = (value: JsonObject): EnvelopeForm => {
  if (Object.hasOwn(value, 'recipients')) {
    checkGeneral(value)
    return 'general'
  }
  if (Object.hasOwn(value, 'ciphertext')) {
    checkFlattened(value)
    return 'flattened'
  }
  if (Object.hasOwn(value, 'encrypted_data')) {
    checkFields(value)
    return 'fields'
  }
  return refuse(isPlaintext(value) ? 'PLAINTEXT_REFUSED' : 'PAYLOAD_INVALID')
}

/**
 * Judges the form of an envelope, which is then relayed as it came. A text that begins with a brace is the same
 * object, written as JSON.
 *
 * @throws OpenRefusal `ALG_WITHDRAWN`, `UNAUTHENTICATED_ENCRYPTION`, `PLAINTEXT_REFUSED`, `PAYLOAD_INVALID`
 */
export const checkEnvelope = (envelope: unknown): EnvelopeForm => {
  if (isJsonObject(envelope)) return checkObject(envelope)
  if (typeof envelope !== 'string') return refuse('PAYLOAD_INVALID')
  if (!envelope.startsWith('{')) {
    checkCompact(envelope)
    return 'compact'
  }
  const parsed = parseStrictJson(envelope)
  return isJsonObject(parsed) ? checkObject(parsed) : refuse('PAYLOAD_INVALID')
}
