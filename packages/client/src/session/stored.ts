import { profileRow, sessionRow } from '../account/profile.ts'
import type { Store } from '../ports/store.ts'
import type { Present } from './present.ts'

/** What a client begins with: what the last run has left. @throws SottoError `storage_damaged` */
export const storedPresent = async (store: Store): Promise<Omit<Present, 'kept'>> => ({
  profile: await profileRow.read(store),
  token: (await sessionRow.read(store))?.token ?? null,
  device: null,
  isArriving: false,
  halted: null,
  isClosing: false,
})
