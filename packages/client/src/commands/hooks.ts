import { hookView } from '../hook/hookView.ts'
import { policyIn } from '../room/state.ts'
import type { HookView } from '../view.ts'
import { ofAccount } from './command.ts'
import { roomOnly } from './input.ts'

/** The scripts that may post into a room, as its members have agreed. */
export type ListHooks = (input: { readonly room: string }) => Promise<readonly HookView[]>

export const hooks = ofAccount<ListHooks>({
  input: roomOnly,
  run: async ({ rooms }, { room: id }) => {
    const room = rooms.get(id)
    return (policyIn(room.state())?.hooks ?? []).map((hook) => hookView(room, hook))
  },
})
