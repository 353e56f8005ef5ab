import type { FailureCode } from '@sotto/client'

const troubles = [
  'fork',
  'client_rollback',
  'server_rollback',
  'policy',
  'integrity',
  'identity_changed',
  'storage_full',
  'storage_damaged',
  'read_only',
] as const satisfies readonly FailureCode[]

/** What can happen to a room and has words of its own. */
export type Trouble = (typeof troubles)[number] | 'other'

/** `rule`: a change that the rules allow, and that this device cannot follow (`mls:…`), breaks none. */
export const troubleOf = (code: FailureCode, rule: string | null): Trouble =>
  rule?.startsWith('mls:') ? 'other' : (troubles.find((one) => one === code) ?? 'other')

/** Whether somebody may have meant it, or it happens without ill will. */
export const gravityOf = (trouble: Trouble): 'grave' | 'mild' => {
  switch (trouble) {
    case 'fork':
    case 'policy':
    case 'integrity':
    case 'identity_changed':
      return 'grave'
    case 'client_rollback':
    case 'server_rollback':
    case 'storage_full':
    case 'storage_damaged':
    case 'read_only':
    case 'other':
      return 'mild'
  }
}
