import type { Call } from '../account/contacts.ts'
import type { Entrance, Scopes } from '../commands/command.ts'
import type { FindScope } from '../commands/facade.ts'
import { deviceOf, mustRun, type Present, signedInDeviceOf } from './present.ts'

/** What commands find in a client, as it stands when they are asked for. */
export const scopesOf = (present: Present, entrance: Entrance, call: Call): FindScope => {
  const scopes: { readonly [N in keyof Scopes]: () => Scopes[N] } = {
    client: () => {
      mustRun(present)
      return { entrance, notes: present.kept.notes, call }
    },
    account: () => deviceOf(present).scope,
    session: () => signedInDeviceOf(present).scope,
  }
  return (needs) => scopes[needs]()
}
