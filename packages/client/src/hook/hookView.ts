import { SottoError, toHex } from '@sotto/protocol'
import { type Hook, may, type Policy } from '@sotto/trust'
import type { Room } from '../room/atWork.ts'
import { policyToChange } from '../room/standing.ts'
import type { HookView } from '../view.ts'
import { shownHookName } from './card.ts'
import { newestOf } from './keys.ts'
import { keyIdOf } from './publicKey.ts'

/** A hook of a room, as people see it. */
export const hookView = (room: Room, { hook, anchor, script }: Hook): HookView => {
  const known = room.state().hooks.find((one) => toHex(one.hook) === toHex(hook))
  const newest = known && newestOf(known)
  return {
    hook: toHex(hook),
    name: known ? shownHookName(known.card) : null,
    anchor: keyIdOf({ thumbprint: anchor }),
    script: script && keyIdOf({ thumbprint: script }),
    reads: known !== undefined && known.card.reader !== null,
    generation: newest?.generation ?? null,
    expiresMs: newest ? newest.expiresS * 1000 : null,
  }
}

/** @throws SottoError `policy`, `room_frozen`, `not_member` */
export const policyToHook = (room: Room, account: Uint8Array): Policy => {
  const policy = policyToChange(room)
  if (!may(policy, account, 'addHook')) throw new SottoError('policy', undefined, { rule: 'C5b' })
  return policy
}
