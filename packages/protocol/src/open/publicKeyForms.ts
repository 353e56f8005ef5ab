import { isJsonObject, type Json, type JsonObject, utf8Text } from '../jose/strictJson.ts'
import { bytesOfStandard, type Form, jsonOf, refuseForm } from './form.ts'

/** A public key as somebody has put it up, taken out of what is around it; judged it is elsewhere. */
export type UploadedKey =
  | { readonly kind: 'pem'; readonly pem: string }
  /** One key, or a set of them. */
  | { readonly kind: 'jwk'; readonly jwk: JsonObject }

const pemBegin = '-----BEGIN '

const textOf = (value: Json): string => (typeof value === 'string' ? value : refuseForm('KEY_INVALID'))
const isText = (value: Json, isMeant: (text: string) => boolean): boolean =>
  typeof value === 'string' && isMeant(value)
const isPem = (text: string): boolean => text.startsWith(pemBegin)
const isJson = (text: string): boolean => text.startsWith('{')

/** Lines as tools break them, or one. @throws FormRefusal */
const pemOf = (encoded: string): string => {
  const pem = utf8Text(bytesOfStandard(encoded.replaceAll(/\r?\n/g, '')))
  return isPem(pem) ? pem : refuseForm('KEY_INVALID')
}

const jwkOf = (value: Json): UploadedKey =>
  isJsonObject(value) ? { kind: 'jwk', jwk: value } : refuseForm('KEY_INVALID')

/** The forms in which a public key is put up: what the server takes, and what every reader of a key finds. */
export const publicKeyForms: readonly Form<UploadedKey>[] = [
  {
    name: 'pem',
    says: 'SPKI PEM',
    schema: { type: 'string', pattern: `^${pemBegin}` },
    isMeant: (value) => isText(value, isPem),
    read: (value) => ({ kind: 'pem', pem: textOf(value) }),
  },
  {
    name: 'encoded',
    says: 'base64 of that PEM',
    schema: { type: 'string', pattern: '^LS0tLS1CRUdJTi' },
    isMeant: (value) => isText(value, (text) => !isPem(text) && !isJson(text)),
    read: (value) => ({ kind: 'pem', pem: pemOf(textOf(value)) }),
  },
  {
    name: 'jwk',
    says: 'JWK',
    schema: { type: 'object', required: ['kty'] },
    isMeant: (value) => isJsonObject(value) && !Object.hasOwn(value, 'keys'),
    read: jwkOf,
  },
  {
    name: 'text',
    says: 'JWK as text',
    schema: { type: 'string', pattern: '^\\{' },
    isMeant: (value) => isText(value, isJson),
    read: (value) => jwkOf(jsonOf(textOf(value))),
  },
  {
    name: 'set',
    says: 'JWK Set',
    schema: { type: 'object', required: ['keys'] },
    isMeant: (value) => isJsonObject(value) && Object.hasOwn(value, 'keys'),
    read: jwkOf,
  },
]

/** @throws FormRefusal `KEY_INVALID` for what is of no form */
export const readUploadedKey = (uploaded: unknown): UploadedKey => {
  const value = uploaded as Json
  try {
    return publicKeyForms.find((form) => form.isMeant(value))?.read(value) ?? refuseForm('KEY_INVALID')
  } catch {
    // Whatever a reader says of a key stays here: it may quote the key.
    return refuseForm('KEY_INVALID')
  }
}
