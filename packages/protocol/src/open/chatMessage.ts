import { isJsonObject, type Json, type JsonObject } from '../jose/strictJson.ts'
import { isPlaintext, readForm, readTaggedFields } from './envelope.ts'
import { bytesOfEither, bytesOfUrl, type Form, refuseForm } from './form.ts'
import { checkDirect } from './header.ts'
import { checkContent } from './sealed.ts'
import { toBase64, toBase64url } from '../jose/base64url.ts'

/** AES-256-GCM under a key that the members of a chat or room have. */
export interface SealedContent {
  readonly iv: Uint8Array<ArrayBuffer>
  /** Ciphertext, then tag. */
  readonly sealed: Uint8Array<ArrayBuffer>
  /** What is authenticated beside it: nothing, or the protected header of a JWE as it is written. */
  readonly aad: string
}

/** A form that can be written, too: whoever seals asks for the `aad` first. */
export interface SealedForm extends Form<SealedContent> {
  readonly aad: string
  write(content: Pick<SealedContent, 'iv' | 'sealed'>): Json
}

const ivBytes = 12
const tagBytes = 16

/** `{"alg":"dir","enc":"A256GCM"}` */
export const directHeader = 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0'

const joined = (first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(first.length + second.length)
  bytes.set(first)
  bytes.set(second, first.length)
  return bytes
}

const readDirect = (jwe: Json): SealedContent => {
  const parts = typeof jwe === 'string' ? jwe.split('.') : refuseForm()
  const [header = '', key, iv, ciphertext, tag] = parts
  if (parts.length !== 5 || key !== '') refuseForm()
  checkDirect(header)
  checkContent('A256GCM', { iv, ciphertext, tag })
  return { iv: bytesOfUrl(iv), sealed: joined(bytesOfUrl(ciphertext), bytesOfUrl(tag)), aad: header }
}

/** What is sealed with `directHeader` beside it, as a compact JWE. */
export const writeDirect = ({ iv, sealed }: Pick<SealedContent, 'iv' | 'sealed'>): string =>
  [
    directHeader,
    '',
    toBase64url(iv),
    toBase64url(sealed.subarray(0, -tagBytes)),
    toBase64url(sealed.subarray(-tagBytes)),
  ].join('.')

const readFields = (fields: JsonObject): SealedContent => {
  if (Object.keys(fields).some((name) => name !== 'encrypted_data' && name !== 'iv'))
    refuseForm(isPlaintext(fields) ? 'PLAINTEXT_REFUSED' : 'PAYLOAD_INVALID')
  return { ...readTaggedFields(fields['encrypted_data'], fields['iv']), aad: '' }
}

const readJoined = (text: Json): SealedContent => {
  const bytes = typeof text === 'string' ? bytesOfEither(text) : refuseForm()
  if (bytes.length < ivBytes + tagBytes) refuseForm('UNAUTHENTICATED_ENCRYPTION')
  return { iv: bytes.slice(0, ivBytes), sealed: bytes.slice(ivBytes), aad: '' }
}

/** The forms of `encrypted_message`: all that the server acknowledges, and all that the reader opens. */
export const chatMessageForms: readonly [SealedForm, ...SealedForm[]] = [
  {
    name: 'direct',
    says: 'compact JWE with `dir` and `A256GCM`',
    schema: { type: 'string', pattern: '^[\\w-]+\\.(\\.[\\w-]+){3}$' },
    aad: directHeader,
    isMeant: (value) => typeof value === 'string' && value.includes('.'),
    read: readDirect,
    write: writeDirect,
  },
  {
    name: 'fields',
    says: '`{encrypted_data, iv}` in standard base64, the tag appended to the data',
    schema: { type: 'object', required: ['encrypted_data', 'iv'], additionalProperties: false },
    aad: '',
    isMeant: (value) => isJsonObject(value) && Object.hasOwn(value, 'encrypted_data'),
    read: (value) => readFields(value as JsonObject),
    write: ({ iv, sealed }) => ({ encrypted_data: toBase64(sealed), iv: toBase64(iv) }),
  },
  {
    name: 'joined',
    says: 'base64 or base64url of iv, ciphertext and tag in a row',
    schema: { type: 'string', pattern: '^[\\w+/=-]+$' },
    aad: '',
    isMeant: (value) => typeof value === 'string' && !value.includes('.'),
    read: readJoined,
    write: ({ iv, sealed }) => toBase64(joined(iv, sealed)),
  },
]

/**
 * A message under the key of a chat.
 *
 * @throws FormRefusal `PLAINTEXT_REFUSED`, `UNAUTHENTICATED_ENCRYPTION`, `PAYLOAD_INVALID`
 */
export const readChatMessage = (message: unknown): SealedContent => readForm(chatMessageForms, message)
