import type { Contact } from '../account/contactRows.ts'
import type { Profile } from '../account/profile.ts'
import type { Device } from '../device.ts'
import type { AccountView, ConnectionView } from '../view.ts'

/** Where what is shown comes from, asked when it is needed. */
export interface ViewSources {
  account(): AccountView
  connection(): ConnectionView
  profile(): Profile | null
  device(): Device | null
  findContact(account: Uint8Array): Contact | undefined
}
