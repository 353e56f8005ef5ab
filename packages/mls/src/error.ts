/** Every reason for which the engine refuses. The codes are stable; texts may change. */
export type MlsErrorCode =
  /** Bytes that are not a canonical encoding of what was expected (RFC 9420 §2.1, §3). */
  | 'malformed'
  /** A length, index, count or generation beyond the engine's limits. */
  | 'limit_exceeded'
  /** A signature, membership tag or confirmation tag that does not hold. */
  | 'bad_authentication'
  /** A ciphertext that does not open under the key it must open under. */
  | 'decrypt_failed'
  /** A message of another group, or of an epoch that is not the current one. */
  | 'wrong_group'
  | 'wrong_epoch'
  /** A generation whose key was used already, or is too old to be kept. */
  | 'key_consumed'
  /** A leaf node, key package or tree that breaks a rule of RFC 9420 §7 or §10. */
  | 'invalid_leaf'
  | 'invalid_key_package'
  | 'invalid_tree'
  /** A proposal list or commit that breaks a rule of RFC 9420 §12. */
  | 'invalid_proposal'
  | 'invalid_commit'
  | 'invalid_welcome'
  | 'invalid_group_info'
  /** The caller's check of a leaf or of a commit said no. */
  | 'refused_by_caller'
  /** A cipher suite, version, wire format or algorithm that is not supported here. */
  | 'unsupported'
  /** A key that is not what it claims to be: wrong length, not canonical, of small order. */
  | 'invalid_key'
  /** Something the caller asked for does not fit the state it handed in. */
  | 'invalid_use'

/** The one error class of the engine. Whatever bytes come in, nothing else leaves it. */
export class MlsError extends Error {
  override readonly name = 'MlsError'
  readonly code: MlsErrorCode

  constructor(code: MlsErrorCode, message: string) {
    super(`${code}: ${message}`)
    this.code = code
  }
}
