import { type FailureDetail, SottoError } from '@sotto/protocol'

/** What a browser must have for Sotto, and may lack: by age, by its settings, or in a private window. */
const lacks = [
  /** Cryptography, locks and workers are there only on pages that came over https, or from this machine. */
  'secure_context',
  'cryptography',
  'web_assembly',
  'workers',
  'web_locks',
  'broadcast_channel',
  'indexed_db',
  /** There is a database, and this page may not use it. Told when it is opened. */
  'storage_denied',
] as const

export type Lack = (typeof lacks)[number]

export const unsupported = (names: readonly Lack[]): SottoError =>
  new SottoError('unsupported', `this browser lacks: ${names.join(', ')}`, { lacks: names.join(' ') })

/** The lacks that a failure `unsupported` names. */
export const lacksIn = (detail: FailureDetail): readonly Lack[] => {
  const named = String(detail['lacks'] ?? '').split(' ')
  return lacks.filter((lack) => named.includes(lack))
}
