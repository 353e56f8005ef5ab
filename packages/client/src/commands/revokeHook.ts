import { fromHex, hookIdBytes, SottoError, toHex } from '@sotto/protocol'
import { hookOf } from '@sotto/trust'
import { policyToHook } from '../hook/hookView.ts'
import { ofSession } from './command.ts'
import { fields, string } from './input.ts'

/** Ends a hook for good: what comes under it afterwards is refused. */
export type RevokeHook = (input: { readonly room: string; readonly hook: string }) => Promise<void>

export const revokeHook = ofSession<RevokeHook>({
  input: fields({ room: string, hook: string }),
  run: async ({ rooms, tools, newId }, { room: id, hook: named }) => {
    const room = rooms.get(id)
    const hook = fromHex(named, hookIdBytes)
    if (!hookOf(policyToHook(room, tools.account), hook)) throw new SottoError('not_found')
    return room.intend({ kind: 'remove_hook', id: toHex(newId()), hook })
  },
})
