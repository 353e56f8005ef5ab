import { SottoError } from '@sotto/protocol'
import { isOwnFault, repairAgain } from '../room/repair.ts'
import { stepped } from '../room/step.ts'
import { ofSession } from './command.ts'
import { roomOnly } from './input.ts'

/** Takes the own place in a frozen room again, once more. */
export type Rejoin = (input: { readonly room: string }) => Promise<void>

export const rejoin = ofSession<Rejoin>({
  input: roomOnly,
  run: async ({ rooms }, { room: id }) => {
    const room = rooms.get(id)
    const { phase } = room.state()
    if (phase.kind === 'repairing') return
    if (phase.kind !== 'frozen' || !isOwnFault(phase.code, phase.rule)) throw new SottoError('room_frozen')
    await room.take((state) => stepped(repairAgain(state)))
  },
})
