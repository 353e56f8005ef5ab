import { SottoError } from '@sotto/protocol'
import { roleOf, roles } from '@sotto/trust'
import { announce, found, founderBundle } from '../room/founding.ts'
import { foundingAnew } from '../room/refound.ts'
import { policyIn, publicOf } from '../room/state.ts'
import { ofSession } from './command.ts'
import { roomOnly } from './input.ts'

/**
 * Founds a frozen room anew, with the members and roles that this device last agreed to; each of them decides
 * whether to come along. Owners only. A line that is on its way is waited for; `offline` where there is none.
 */
export type Refound = (input: { readonly room: string }) => Promise<{ readonly room: string }>

export const refound = ofSession<Refound>({
  input: roomOnly,
  run: async (scope, { room: id }) => {
    const { rooms, tools, provider } = scope
    const room = rooms.get(id)
    await scope.connected()
    const { phase, place, meta } = room.state()
    const group = publicOf(room.state())
    const last = policyIn(room.state())
    if (phase.kind !== 'frozen' && phase.kind !== 'repairing')
      throw new SottoError('bad_request', 'only a damaged room is founded anew')
    if (!group || !last || roleOf(last, tools.account) !== roles.owner)
      throw new SottoError('policy', undefined, { rule: 'CREATE-3' })
    const nowMs = scope.timeMs()
    const bundle = await founderBundle(scope)
    const made = await found(
      scope,
      foundingAnew(tools, { id: provider.random(16), last, group, place, meta, bundle, nowMs }),
    )
    announce(scope)
    await scope.endContinued()
    return made
  },
})
