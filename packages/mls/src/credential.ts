import type { Reader, Writer } from './codec.ts'

/**
 * Who a member says it is (RFC 9420 §5.3). Whether that is so, the caller's check decides; the engine compares
 * credential types with capabilities and nothing else.
 *
 * A type unknown here is carried as one `opaque<V>`, which is the form of every type registered so far but x509.
 */
export type Credential =
  | { readonly kind: 'basic'; readonly identity: Uint8Array }
  | { readonly kind: 'x509'; readonly certificates: readonly Uint8Array[] }
  | { readonly kind: 'unknown'; readonly type: number; readonly bytes: Uint8Array }

export const credentialType = { basic: 1, x509: 2 } as const

const certificatesMax = 32

export const credentialTypeOf = (credential: Credential): number => {
  switch (credential.kind) {
    case 'basic':
    case 'x509':
      return credentialType[credential.kind]
    case 'unknown':
      return credential.type
  }
}

export const encodeCredential = (writer: Writer, credential: Credential): void => {
  writer.uint16(credentialTypeOf(credential))
  switch (credential.kind) {
    case 'basic':
      return writer.opaque(credential.identity)
    case 'x509':
      return writer.vector((into, certificate) => into.opaque(certificate), credential.certificates)
    case 'unknown':
      return writer.opaque(credential.bytes)
  }
}

export const decodeCredential = (reader: Reader): Credential => {
  const type = reader.uint16()
  switch (type) {
    case credentialType.basic:
      return { kind: 'basic', identity: reader.opaque() }
    case credentialType.x509:
      return { kind: 'x509', certificates: reader.vector((from) => from.opaque(), certificatesMax) }
  }
  return { kind: 'unknown', type, bytes: reader.opaque() }
}
