import type { BotMessage } from '@sotto/client'
import type { LaneEvent } from '@sotto/lane'
import { carried } from './carried.ts'
import { sinceNotes } from './notes.ts'
import { type Beginning, type Span, toClassic, toEncrypted } from './span.ts'
import { type ClassicRoom, classicNotice } from './words.ts'

/** Says in the classic room what was said in the encrypted one. */
export const carryToClassic = async (
  span: Beginning,
  { room, id, seq, sender, text }: BotMessage,
): Promise<void> => {
  // Whoever may invite the bot may take it along to other rooms: those are not bridged.
  if (room !== span.room || seq < (await span.since.promise)) return
  for (const [at, part] of carried('encrypted', sender.name, text).entries())
    await toClassic(span, `${id}/${at}`, part)
}

/** Says in the encrypted room what was said in the classic one. */
export const carryToEncrypted = async (span: Span, classic: ClassicRoom, event: LaneEvent): Promise<void> => {
  if (event.kind !== 'place_message' || event.place.kind !== 'room' || event.place.room !== classic.room)
    return
  const { bot, name } = span
  const { from, own, id, text } = event
  if (own) {
    if (text === classicNotice(name)) await bot.remember(sinceNotes.classic, id)
    return
  }
  // Before the notice stood there, nobody had read that it goes anywhere.
  if ((await bot.recall(sinceNotes.classic)) === null) return
  for (const [at, part] of carried('classic', from, text).entries())
    await toEncrypted(span, `classic/${from}/${id}/${at}`, part)
}
