import type { Obstacle } from './obstacle.ts'

/** What Node, its HTTP client, and OpenSSL call it. */
const byCode: Readonly<Record<string, Obstacle>> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'name_unknown',
  EAI_AGAIN: 'name_unknown',
  EAI_NONAME: 'name_unknown',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ETIMEDOUT: 'unreachable',
  UND_ERR_CONNECT_TIMEOUT: 'unreachable',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate_untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate_untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate_untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate_untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate_untrusted',
  CERT_UNTRUSTED: 'certificate_untrusted',
  CERT_REJECTED: 'certificate_untrusted',
  CERT_REVOKED: 'certificate_untrusted',
  CERT_SIGNATURE_FAILURE: 'certificate_untrusted',
  CERT_CHAIN_TOO_LONG: 'certificate_untrusted',
  INVALID_CA: 'certificate_untrusted',
  INVALID_PURPOSE: 'certificate_untrusted',
  CERT_HAS_EXPIRED: 'certificate_expired',
  CERT_NOT_YET_VALID: 'certificate_expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate_name',
  HOSTNAME_MISMATCH: 'certificate_name',
  EPROTO: 'no_tls',
}

const ofCode = (code: string): Obstacle | undefined => {
  const known = byCode[code]
  if (known) return known
  return code.startsWith('ERR_SSL_') ? 'no_tls' : undefined
}

const causesMax = 8

/** An error and what has caused it; of several addresses of one name, each has its own. */
const causesOf = (error: unknown): readonly Error[] => {
  const found: Error[] = []
  const look = (one: unknown): void => {
    if (!(one instanceof Error) || found.length >= causesMax || found.includes(one)) return
    found.push(one)
    look(one.cause)
    if (one instanceof AggregateError) for (const part of one.errors) look(part)
  }
  look(error)
  return found
}

/** What has kept `fetch` from an answer. Browsers do not say: undefined. */
export const obstacleOfError = (error: unknown): Obstacle | undefined => {
  for (const cause of causesOf(error)) {
    const obstacle = 'code' in cause && typeof cause.code === 'string' ? ofCode(cause.code) : undefined
    if (obstacle) return obstacle
    if (cause.message === 'unexpected redirect') return 'redirected'
    if (cause.message === 'bad port') return 'port_blocked'
    // What answers does not speak HTTP at all.
    if (cause.name === 'HTTPParserError') return 'not_sotto'
  }
  return undefined
}

/** Who is asked for a login before a network lets anybody through (RFC 6585 §6). */
const loginWanted = 511

/** What an answer stands for that no Sotto server has written. */
export const obstacleOfStatus = (status: number): Obstacle => {
  if (status === 413) return 'body_limit'
  if (status === 429) return 'crowded'
  return status >= 500 && status !== loginWanted ? 'gateway' : 'not_sotto'
}

/** The part of a failure's detail that names the obstacle. */
export const naming = (obstacle: Obstacle | undefined): { readonly obstacle?: Obstacle } =>
  obstacle ? { obstacle } : {}
