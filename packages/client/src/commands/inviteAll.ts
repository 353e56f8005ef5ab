import { limits, SottoError } from '@sotto/protocol'
import { inviteTogether } from '../room/inviting.ts'
import { policyToChange } from '../room/standing.ts'
import type { InviteOutcome } from '../view.ts'
import { ofSession } from './command.ts'
import { fields, listOf, string } from './input.ts'

/**
 * Invites several people at once, 64 with each commit; what is refused of one does not keep the others out. A name that
 * is said twice is one. `room_frozen`, `not_member`, `too_large` where nobody can be asked for.
 */
export type InviteAll = (input: {
  readonly room: string
  readonly names: readonly string[]
}) => Promise<readonly InviteOutcome[]>

export const inviteAll = ofSession<InviteAll>({
  input: fields({ room: string, names: listOf(string) }),
  run: async (scope, { room: id, names }) => {
    const room = scope.rooms.get(id)
    policyToChange(room)
    if (names.length > limits.leavesPerRoomMax) throw new SottoError('too_large')
    const wanted = [...new Set(names.map((name) => name.trim()))]
    const outcomes: InviteOutcome[] = []
    // As many as one commit brings in; the next are asked for when they are in.
    for (let at = 0; at < wanted.length; at += limits.addsPerCommitMax)
      outcomes.push(...(await inviteTogether(scope, room, wanted.slice(at, at + limits.addsPerCommitMax))))
    return outcomes
  },
})
