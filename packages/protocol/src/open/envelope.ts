import { isJsonObject, type Json, type JsonObject } from '../jose/strictJson.ts'
import { bytesOfStandard, bytesOfUrl, type Form, jsonOf, refuseForm } from './form.ts'
import { contentAlgorithmOf, keyAlgorithmOf, protectedHeader, recipientHeader } from './header.ts'
import { checkContent, checkEncryptedKey, isRsaCiphertext } from './sealed.ts'

/** Something sealed to a public key, of which the form is right. What is inside only its recipient knows. */
export type SealedEnvelope =
  | { readonly kind: 'compact'; readonly jwe: string }
  /** Flattened JWEs, each for one recipient; a general one is taken apart into them. */
  | { readonly kind: 'parts'; readonly parts: readonly JsonObject[] }
  /** AES-256-GCM with the tag appended, and its key under RSA-OAEP with SHA-256. */
  | {
      readonly kind: 'fields'
      readonly sealed: Uint8Array<ArrayBuffer>
      readonly key: Uint8Array<ArrayBuffer>
      readonly iv: Uint8Array<ArrayBuffer>
    }

const recipientsMax = 256
const gcmIvBytes = 12
const gcmTagBytes = 16
const blockCipherIvBytes = 16

const only = (value: JsonObject, names: readonly string[]): void => {
  if (Object.keys(value).some((name) => !names.includes(name))) refuseForm()
}

const readCompact = (jwe: Json): SealedEnvelope => {
  if (typeof jwe !== 'string') return refuseForm()
  const parts = jwe.split('.')
  if (parts.length !== 5) refuseForm()
  const [header, key, iv, ciphertext, tag] = parts
  const isProtected = protectedHeader(header)
  const alg = keyAlgorithmOf(isProtected)
  const enc = contentAlgorithmOf(isProtected)
  checkEncryptedKey(alg, enc, key)
  checkContent(enc, { iv, ciphertext, tag })
  return { kind: 'compact', jwe }
}

const sharedNames = ['protected', 'iv', 'ciphertext', 'tag', 'aad'] as const
const partNames = ['header', 'encrypted_key'] as const

const readParts = (jwe: JsonObject, recipients: readonly Json[]): SealedEnvelope => {
  const isProtected = protectedHeader(jwe['protected'])
  const enc = contentAlgorithmOf(isProtected)
  if (recipients.length === 0 || recipients.length > recipientsMax) refuseForm()
  if (jwe['aad'] !== undefined) bytesOfUrl(jwe['aad'])
  checkContent(enc, { iv: jwe['iv'], ciphertext: jwe['ciphertext'], tag: jwe['tag'] })
  const parts = recipients.map((recipient) => {
    if (!isJsonObject(recipient)) return refuseForm()
    only(recipient, partNames)
    const header = recipientHeader(recipient['header'], isProtected)
    checkEncryptedKey(keyAlgorithmOf({ ...isProtected, ...header }), enc, recipient['encrypted_key'])
    return { ...jwe, ...recipient }
  })
  return { kind: 'parts', parts }
}

const readFlattened = (jwe: Json): SealedEnvelope => {
  if (!isJsonObject(jwe)) return refuseForm()
  only(jwe, [...sharedNames, ...partNames])
  const { header, encrypted_key, ...shared } = jwe
  const part = { ...(header === undefined ? {} : { header }), encrypted_key: encrypted_key ?? null }
  return readParts(shared, [part])
}

const readGeneral = (jwe: Json): SealedEnvelope => {
  if (!isJsonObject(jwe)) return refuseForm()
  only(jwe, [...sharedNames, 'recipients'])
  const { recipients, ...shared } = jwe
  return Array.isArray(recipients) ? readParts(shared, recipients as readonly Json[]) : refuseForm()
}

/** Data and iv of the field forms: AES-256-GCM with the tag appended. @throws FormRefusal */
export const readTaggedFields = (data: Json | undefined, iv: Json | undefined) => {
  const nonce = bytesOfStandard(iv)
  // What a block cipher without a tag takes; AES-GCM here takes twelve bytes and no others.
  if (nonce.length === blockCipherIvBytes) refuseForm('UNAUTHENTICATED_ENCRYPTION')
  if (nonce.length !== gcmIvBytes) refuseForm()
  const sealed = bytesOfStandard(data)
  if (sealed.length < gcmTagBytes) refuseForm('UNAUTHENTICATED_ENCRYPTION')
  return { sealed, iv: nonce }
}

const readFields = (fields: Json): SealedEnvelope => {
  if (!isJsonObject(fields)) return refuseForm()
  only(fields, ['encrypted_data', 'encrypted_key', 'iv'])
  const tagged = readTaggedFields(fields['encrypted_data'], fields['iv'])
  const key = bytesOfStandard(fields['encrypted_key'])
  return isRsaCiphertext(key) ? { kind: 'fields', ...tagged, key } : refuseForm()
}

const plaintextNames = ['message', 'text', 'plaintext', 'content', 'body']

/** Whether somebody sends what he should have encrypted. */
export const isPlaintext = (value: JsonObject): boolean =>
  plaintextNames.some((name) => Object.hasOwn(value, name))

const has = (value: Json, name: string): boolean => isJsonObject(value) && Object.hasOwn(value, name)

const objectOf = (required: readonly string[]): Form<SealedEnvelope>['schema'] => ({
  type: 'object',
  required,
})

/** The forms in which something sealed to a public key travels (RFC 7516 §7), and one for programs without a JOSE library. */
export const envelopeForms: readonly Form<SealedEnvelope>[] = [
  {
    name: 'compact',
    says: 'compact JWE',
    schema: { type: 'string', pattern: '^[\\w-]+(\\.[\\w-]*){4}$' },
    isMeant: (value) => typeof value === 'string',
    read: readCompact,
  },
  {
    name: 'general',
    says: 'general JWE, `{protected, recipients, iv, ciphertext, tag[, aad]}`',
    schema: objectOf(['protected', 'recipients', 'iv', 'ciphertext', 'tag']),
    isMeant: (value) => has(value, 'recipients'),
    read: readGeneral,
  },
  {
    name: 'flattened',
    says: 'flattened JWE, `{protected, encrypted_key, iv, ciphertext, tag[, header, aad]}`',
    schema: objectOf(['protected', 'encrypted_key', 'iv', 'ciphertext', 'tag']),
    isMeant: (value) => has(value, 'ciphertext') && !has(value, 'recipients'),
    read: readFlattened,
  },
  {
    name: 'fields',
    says: '`{encrypted_data, encrypted_key, iv}` in standard base64: AES-256-GCM with a 12-byte iv and the tag appended, its key under RSA-OAEP with SHA-256',
    schema: objectOf(['encrypted_data', 'encrypted_key', 'iv']),
    isMeant: (value) =>
      has(value, 'encrypted_data') && !has(value, 'ciphertext') && !has(value, 'recipients'),
    read: readFields,
  },
]

/**
 * Reads something in the form of a table that it is meant to be of. A text that begins with a brace is the same object,
 * written as JSON.
 *
 * @throws FormRefusal
 */
export const readForm = <T>(forms: readonly Form<T>[], given: unknown): T => {
  const value = typeof given === 'string' && given.startsWith('{') ? jsonOf(given) : (given as Json)
  const form = forms.find((one) => one.isMeant(value))
  if (form) return form.read(value)
  return refuseForm(isJsonObject(value) && isPlaintext(value) ? 'PLAINTEXT_REFUSED' : 'PAYLOAD_INVALID')
}

/** @throws FormRefusal `ALG_WITHDRAWN`, `UNAUTHENTICATED_ENCRYPTION`, `PLAINTEXT_REFUSED`, `PAYLOAD_INVALID` */
export const readEnvelope = (envelope: unknown): SealedEnvelope => readForm(envelopeForms, envelope)

/** A key as it is sealed to one member: an envelope, or nothing but the key under RSA-OAEP with SHA-256. */
export type KeyEntry = SealedEnvelope | { readonly kind: 'bare'; readonly key: Uint8Array<ArrayBuffer> }

const readBare = (entry: Json): KeyEntry => {
  const key = bytesOfStandard(entry)
  return isRsaCiphertext(key) ? { kind: 'bare', key } : refuseForm()
}

/** The forms of an entry of `keys`. */
export const keyEntryForms: readonly Form<KeyEntry>[] = [
  {
    name: 'bare',
    says: 'the key under RSA-OAEP with SHA-256, in standard base64: nobody has signed it, so it opens what is said and seals nothing',
    schema: { type: 'string', pattern: '^[A-Za-z0-9+/]+={0,2}$' },
    isMeant: (value) => typeof value === 'string' && !value.includes('.'),
    read: readBare,
  },
  ...envelopeForms,
]

/** @throws FormRefusal */
export const readKeyEntry = (entry: unknown): KeyEntry => readForm(keyEntryForms, entry)
