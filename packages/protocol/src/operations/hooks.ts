import { list, nullable, struct, text, uint } from '../cbor/shape.ts'
import { hashValue, roomIdBytes } from '../ids.ts'
import { limits } from '../limits.ts'
import { hookIdBytes } from '../log/hook.ts'
import { idParam, nothing, operation } from './operation.ts'

const hook = { room: idParam(roomIdBytes), hook: idParam(hookIdBytes) }

/**
 * Hands the server what scripts are to be told: the keys of a hook's generation, signed by its anchor. The hook stands
 * in the room's policy, and the caller's account may set hooks up. The first one brings the hash of the token; null
 * afterwards keeps it.
 *
 * Refusals: `not_found` for a hook that the policy does not have, `stale_epoch {generation}` when a later generation is
 * known, `policy`, `not_member`.
 */
export const publishHook = operation({
  name: 'hook.publish',
  method: 'PUT',
  path: '/v1/rooms/:room/hooks/:hook',
  access: 'device',
  params: hook,
  body: struct({
    generation: uint(0xffff_ffff),
    /** Thumbprints, in base64url, of the keys that a post may be sealed to. */
    keyIds: list(text(43), 4),
    /** A compact JWS; see docs/spec/protocol.md, HOOK. */
    statement: text(limits.hookStatementBytesMax),
    /** `H(token)`; the token itself is for the script alone. */
    tokenHash: nullable(hashValue),
  }),
  output: nothing,
  bodyBytesMax: limits.hookStatementBytesMax + 1024,
})

/**
 * Something that was said in a room, for the script behind a hook: a compact JWE to its key. It is kept until the script
 * has said that it has it. `seq` is the place in the log of what was said; what was handed in before is not kept twice.
 *
 * Refusals: `rate` while too much waits, and those of `hook.publish`.
 */
export const handToHook = operation({
  name: 'hook.hand',
  method: 'POST',
  path: '/v1/rooms/:room/hooks/:hook/out',
  access: 'device',
  params: hook,
  body: struct({ seq: uint(), jwe: text(limits.hookPostBytesMax) }),
  output: nothing,
  bodyBytesMax: limits.hookPostBytesMax + 64,
})
