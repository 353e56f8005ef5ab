import type { Bot } from '@sotto/client'
import { lastPlaceIn } from './encryptedRoom.ts'
import { nobodyTold, readTold } from './newcomers.ts'
import { floorNote, readPair, sinceNotes, toldNotes, writePair } from './notes.ts'
import { type ClassicEnd, type Span, toClassic } from './span.ts'
import { endedNotice } from './words.ts'

/** A bot that comes back says again what it does. The counts go on, or the same words would pass for said. */
const forget = async (bot: Bot, floor: number): Promise<void> => {
  await bot.remember(floorNote, String(floor))
  for (const side of ['encrypted', 'classic'] as const) {
    const { count } = readTold(await bot.recall(toldNotes[side]))
    await bot.remember(toldNotes[side], JSON.stringify({ ...nobodyTold, count }))
    await bot.remember(sinceNotes[side], null)
  }
  const pair = await readPair(bot)
  if (pair) await writePair(bot, { ...pair, classic: null })
}

/** Says in the classic room that it is bridged no more, and goes: begun again where it was cut off. */
export const leave = async (span: Span, { lane, classic }: ClassicEnd): Promise<void> => {
  const { bot, client, name, patience, room } = span
  const { count } = readTold(await bot.recall(toldNotes.classic))
  await toClassic(span, `ended/${count}`, endedNotice(name))
  await patience.until(() => lane.leaveRoom(classic.room))
  await forget(bot, await lastPlaceIn(client, room))
}
