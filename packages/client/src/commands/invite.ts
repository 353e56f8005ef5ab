import { invitationOf } from '../room/inviting.ts'
import { ofSession } from './command.ts'
import { fields, string } from './input.ts'

/** Whose device is so new that it is not ready yet is tried again for 7 s: `key_package_unavailable` after that. */
export type Invite = (input: { readonly room: string; readonly name: string }) => Promise<void>

export const invite = ofSession<Invite>({
  input: fields({ room: string, name: string }),
  run: async (scope, { room: id, name }) => {
    const room = scope.rooms.get(id)
    return room.intend(await invitationOf(scope, room, name))
  },
})
