import type { OpenCode } from '../openFailures.ts'
import { fromBase64 as standardBytes, fromBase64url as urlBytes } from '../jose/base64url.ts'
import { type Json, parseCanonicalJson as canonical, parseStrictJson as strict } from '../jose/strictJson.ts'

/** Why a form of the open lane is not taken. */
export type FormCode = Extract<
  OpenCode,
  'PAYLOAD_INVALID' | 'PLAINTEXT_REFUSED' | 'UNAUTHENTICATED_ENCRYPTION' | 'ALG_WITHDRAWN' | 'KEY_INVALID'
>

/** What server and reader say of a form that is none of the lane's: both read by the same tables, so both say the same. */
export class FormRefusal extends Error {
  override readonly name = 'FormRefusal'
  readonly code: FormCode

  constructor(code: FormCode) {
    super(code)
    this.code = code
  }
}

export const refuseForm = (code: FormCode = 'PAYLOAD_INVALID'): never => {
  throw new FormRefusal(code)
}

const read = <T>(reader: () => T): T => {
  try {
    return reader()
  } catch {
    return refuseForm()
  }
}

/** Unpadded base64url in its one spelling (RFC 7515 §2). @throws FormRefusal `PAYLOAD_INVALID` */
export const bytesOfUrl = (text: unknown): Uint8Array<ArrayBuffer> =>
  typeof text === 'string' ? read(() => urlBytes(text)) : refuseForm()

/** Padded standard base64 in its one spelling (RFC 4648 §4). @throws FormRefusal `PAYLOAD_INVALID` */
export const bytesOfStandard = (text: unknown): Uint8Array<ArrayBuffer> =>
  typeof text === 'string' ? read(() => standardBytes(text)) : refuseForm()

/** Either alphabet, each in its one spelling. @throws FormRefusal `PAYLOAD_INVALID` */
export const bytesOfEither = (text: string): Uint8Array<ArrayBuffer> =>
  /[-_]/.test(text) || text.length % 4 !== 0 ? bytesOfUrl(text) : bytesOfStandard(text)

/** JSON that has one meaning. @throws FormRefusal `PAYLOAD_INVALID` */
export const jsonOf = (text: string): Json => read(() => strict(text))

/** JSON in its one spelling. @throws FormRefusal `PAYLOAD_INVALID` */
export const canonicalJsonOf = (text: string): Json => read(() => canonical(text))

/** A JSON Schema of draft 2020-12, as data. */
export type FormSchema = { readonly [keyword: string]: unknown }

/**
 * One way to write something that the open lane takes. The tables of these are what the server checks by, what the reader
 * of our own reads by, and what the document says.
 */
export interface Form<T> {
  readonly name: string
  /** For the document, in Markdown. */
  readonly says: string
  readonly schema: FormSchema
  /** Whether something is meant to be of this form: at most one of a table says so. */
  isMeant(value: Json): boolean
  /** @throws FormRefusal */
  read(value: Json): T
}

/** What all forms of a table look like, for OpenAPI and AsyncAPI. */
export const schemaOf = (forms: readonly Form<unknown>[]): FormSchema => ({
  anyOf: forms.map(({ says, schema }) => ({ ...schema, description: says })),
})
