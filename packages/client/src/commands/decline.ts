import { type FailureCode, SottoError } from '@sotto/protocol'
import { uninvited } from '../room/invitation.ts'
import { isEnded } from '../room/state.ts'
import { stepped } from '../room/step.ts'
import { type AccountScope, ofSession } from './command.ts'
import { roomOnly } from './input.ts'

/** A room that the user was in before is again what it was; of any other nothing is kept. */
export type Decline = (input: { readonly room: string }) => Promise<void>

const passing: ReadonlySet<FailureCode> = new Set(['offline', 'timeout', 'already_member'])

export const declineRoom = async (
  { rooms, enter }: Pick<AccountScope, 'rooms' | 'enter'>,
  id: string,
): Promise<void> => {
  const room = rooms.get(id)
  const { phase } = room.state()
  if (phase.kind !== 'invited') throw new SottoError('not_found')
  try {
    await room.outcome('left', async () => {
      await enter(id, { kind: 'parting', to: phase.before, isDeclined: true })
      // What could not be opened is over already.
      return isEnded(room.state().phase) ? 'over' : undefined
    })
  } catch (error) {
    // What cannot be entered need not be left; what was accepted meanwhile is no invitation any more.
    if (!(error instanceof SottoError) || passing.has(error.code)) throw error
    await room.take((state) => stepped(uninvited(state)))
  }
}

export const decline = ofSession<Decline>({
  input: roomOnly,
  run: (scope, { room }) => declineRoom(scope, room),
})
