import { SottoError } from '@sotto/protocol'
import type { Blocks } from '../account/blocks.ts'
import type { Contacts } from '../account/contacts.ts'
import type { Gate } from '../account/gate.ts'
import type { KeyPackagePool } from '../account/keyPackages.ts'
import type { Notes } from '../account/notes.ts'
import type { Profile } from '../account/profile.ts'
import type { Device } from '../device.ts'
import type { VerifiedMarks } from '../verification/marks.ts'

/** What the store of a profile holds beside its rooms; made anew when the account is erased. */
export interface Kept {
  readonly gate: Gate
  readonly notes: Notes
  readonly pool: KeyPackagePool
  readonly contacts: Contacts
  readonly blocks: Blocks
  readonly verified: VerifiedMarks
}

/** What a running client has at the moment. */
export interface Present {
  profile: Profile | null
  /** Of the session; null where it has ended. */
  token: string | null
  device: Device | null
  kept: Kept
  /** The account was made a moment ago, and nobody can invite it yet. */
  isArriving: boolean
  /** Why the client has stopped. */
  halted: SottoError | null
  isClosing: boolean
}

/** @throws SottoError where the client has ended */
export const mustRun = ({ halted, isClosing }: Pick<Present, 'halted' | 'isClosing'>): void => {
  if (halted) throw halted
  if (isClosing) throw new SottoError('closed')
}

/** @throws SottoError `no_account`, why the client has ended */
export const deviceOf = (present: Present): Device => {
  mustRun(present)
  if (!present.device) throw new SottoError('no_account')
  return present.device
}

/** @throws SottoError `unauthorized` where the session has ended, `no_account`, why the client has ended */
export const signedInDeviceOf = (present: Present): Device => {
  const device = deviceOf(present)
  if (present.token === null) throw new SottoError('unauthorized')
  return device
}
