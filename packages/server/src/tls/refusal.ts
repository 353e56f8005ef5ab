import { SottoError } from '@sotto/protocol'

/** The files of a certificate, as whoever hosts a server names them. */
export interface TlsFiles {
  /** PEM: the certificate of this server, then those that lead to its authority. */
  readonly certificate: string
  /** PEM, not encrypted, readable by the server's own user. */
  readonly key: string
}

/** What can be the matter with a certificate and its key, and what helps. */
const reasons = {
  missing: 'is not there',
  unreadable: 'may not be read by this user',
  no_file: 'is no file',
  too_large: 'is too large for what it should hold',
  open_to_others: 'can be read or changed by others, who could pass for this server; chmod 600 helps',
  no_certificate: 'holds no certificate in PEM, the form of text',
  no_key: 'holds no private key in PEM, the form of text',
  encrypted: 'holds an encrypted key, and nobody is there to type its password; openssl pkey takes it off',
  other_pair: 'does not belong to the certificate; take both from the same place',
  wrong_order: 'has the certificate of this server behind another one; it stands first (fullchain.pem)',
  expired: 'has expired; renew it',
  not_yet: 'is not valid yet; is the clock of this machine right?',
  weak: 'is refused by OpenSSL: its key or signature is too weak, or of a kind that TLS does not know',
} as const

export type TlsReason = keyof typeof reasons

const settings: Readonly<Record<keyof TlsFiles, string>> = {
  certificate: '--cert FILE (SSL_CERT_PATH)',
  key: '--key FILE (SSL_KEY_PATH)',
}

/** Why a pair is not used. What stands in the files is never quoted. */
export class TlsRefusal extends SottoError {
  readonly reason: TlsReason

  constructor(reason: TlsReason, which: keyof TlsFiles, path: string) {
    super('bad_request', `${settings[which]}: ${path} ${reasons[reason]}`)
    this.reason = reason
  }
}
