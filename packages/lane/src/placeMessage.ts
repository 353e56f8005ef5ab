import type { LaneEvent } from './events.ts'
import { type Claims, textOf } from './proof.ts'
import type { Sealing } from './sealing.ts'

type PlaceMessage = Extract<LaneEvent, { kind: 'place_message' }>

/** What was said in a room or a chat, by what its sender has signed. @throws LaneError where no text was signed */
export const placeMessage = (
  { name }: Pick<Sealing, 'name'>,
  place: PlaceMessage['place'],
  from: string,
  claims: Claims,
): PlaceMessage => ({
  kind: 'place_message',
  place,
  from,
  own: from === name,
  id: claims.jti,
  timeMs: claims.iat * 1000,
  text: textOf(claims),
})
