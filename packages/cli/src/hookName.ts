import { type Client, type HookView, type RoomView, SottoError } from '@sotto/client'
import { roomTitle } from './roomName.ts'

/** Fewer digits of an id are more likely a name. */
const prefixDigitsMin = 4

/**
 * The hook of a room with this name, or with an id that begins like this.
 *
 * @throws SottoError `not_found`, `bad_request` where several hooks fit
 */
export const findHook = async (client: Client, room: RoomView, wanted: string): Promise<HookView> => {
  const hooks = await client.hooks({ room: room.id })
  const exact = hooks.filter(({ hook, name }) => hook === wanted || name === wanted)
  const byId = hooks.filter(({ hook }) => wanted.length >= prefixDigitsMin && hook.startsWith(wanted))
  const [only, second] = exact.length > 0 ? exact : byId
  if (second) throw new SottoError('bad_request', `several hooks are called ${wanted}; give the id`)
  if (!only) throw new SottoError('not_found', `there is no hook ${wanted} in ${roomTitle(room)}`)
  return only
}
