import { ofSession } from './command.ts'
import { declineRoom } from './decline.ts'
import { nothing } from './input.ts'

/** All invitations that wait; resolves with their number. */
export type DeclineAll = (input: object) => Promise<{ readonly count: number }>

export const declineAll = ofSession<DeclineAll>({
  input: nothing,
  run: async (scope) => {
    const invited = [...scope.rooms.all()].filter((room) => room.state().phase.kind === 'invited')
    for (const { id } of invited) await declineRoom(scope, id)
    return { count: invited.length }
  },
})
