import { OpenRefusal } from '../failure.ts'

const decode = (text: string, form: 'base64' | 'base64url'): Uint8Array => {
  const bytes = Buffer.from(text, form)
  // Encoding again finds what a decoder forgives: white space, the other alphabet, padding, bits that mean nothing.
  if (bytes.toString(form) !== text) throw new OpenRefusal('PAYLOAD_INVALID')
  return bytes
}

/** Unpadded base64url in its one spelling (RFC 7515 §2). @throws OpenRefusal `PAYLOAD_INVALID` */
export const fromBase64url = (text: string): Uint8Array => decode(text, 'base64url')

/** Padded standard base64 in its one spelling (RFC 4648 §4). @throws OpenRefusal `PAYLOAD_INVALID` */
export const fromBase64 = (text: string): Uint8Array => decode(text, 'base64')
