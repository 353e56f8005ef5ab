import { LaneError } from './failure.ts'
import { audienceOf, keyFor, type RoomKeyDesk } from './roomKeys.ts'
import type { SaidOnce, Saying } from './saidOnce.ts'
import { sealForRoom } from './sharedKey.ts'

export const send = async (
  desk: RoomKeyDesk,
  room: number,
  text: string,
): Promise<{ readonly id: number }> => {
  const { ports, wire, sealing } = desk
  const key = await keyFor(desk, room)
  const signing = sealing.claims(audienceOf(room), text)
  const content = await sealForRoom(ports.cryptography, await sealing.signed(signing), key)
  const { id } = await wire.ask('send_message', { room_id: room, ...content })
  return { id: typeof id === 'number' ? id : 0 }
}

/** The bytes of before where they are still good: the server knows them again by their iv. */
const sayingOf = async (
  desk: RoomKeyDesk,
  room: number,
  text: string,
  before: Saying | undefined,
): Promise<Saying> => {
  const { ports, sealing } = desk
  const key = await keyFor(desk, room)
  if (before?.under === key.key) return before
  const fresh = sealing.claims(audienceOf(room), text)
  const claims = before ? { ...fresh, jti: before.jti } : fresh
  const content = await sealForRoom(ports.cryptography, await sealing.signed(claims), key)
  return { jti: claims.jti, under: key.key, content }
}

export const sendOnce = async (
  desk: RoomKeyDesk & { readonly saidOnce: SaidOnce },
  room: number,
  text: string,
  name: string,
): Promise<{ readonly id: number }> => {
  const { wire, sealing, once, saidOnce } = desk
  const said = saidOnce.said(room, name)
  if (said !== undefined) return { id: said }
  const before = saidOnce.saying(room, name)
  const settled = (id: unknown): { readonly id: number } => {
    const known = typeof id === 'number' ? id : 0
    saidOnce.settle(room, name, known)
    return { id: known }
  }
  if (before && once.isTold({ iss: sealing.name, jti: before.jti })) return settled(0)
  const saying = await sayingOf(desk, room, text, before)
  saidOnce.begin(room, name, saying)
  try {
    return settled((await wire.ask('send_message', { room_id: room, ...saying.content }))['id'])
  } catch (error) {
    const isThere = before === saying && error instanceof LaneError && error.code === 'IV_REUSED'
    if (isThere) return settled(0)
    throw error
  }
}
