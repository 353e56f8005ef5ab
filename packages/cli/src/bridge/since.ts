import { placeOf } from './encryptedRoom.ts'
import { floorNote, sinceNotes } from './notes.ts'
import type { Span } from './span.ts'

/** Finds out from where on the encrypted room is carried, if the notice stands there by now. */
export const findSince = async ({ bot, client, room, since }: Span, notice: string): Promise<void> => {
  const known = await bot.recall(sinceNotes.encrypted)
  const floor = Number(await bot.recall(floorNote))
  const seq = known === null ? await placeOf(client, room, notice, floor) : Number(known)
  if (seq === null) return
  if (known === null) await bot.remember(sinceNotes.encrypted, String(seq))
  since.resolve(seq)
}
