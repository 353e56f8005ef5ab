import { SottoError } from '@sotto/protocol'
import { ofSession } from './command.ts'
import { roomOnly } from './input.ts'

/** Takes an invitation. `not_found` where none waits. */
export type Accept = (input: { readonly room: string }) => Promise<void>

export const accept = ofSession<Accept>({
  input: roomOnly,
  run: async ({ rooms, enter }, { room: id }) => {
    const { phase } = rooms.get(id).state()
    if (phase.kind === 'active') return
    if (phase.kind !== 'invited') throw new SottoError('not_found')
    await enter(id, { kind: 'active' })
  },
})
