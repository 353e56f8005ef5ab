import type { Side } from './carried.ts'
import { hasNewcomers, readTold, toldTo } from './newcomers.ts'
import { toldNotes } from './notes.ts'
import { type Span, toClassic, toEncrypted } from './span.ts'
import { inTurns } from './turns.ts'

const sayTo: Readonly<Record<Side, (span: Span, key: string, text: string) => Promise<void>>> = {
  encrypted: toEncrypted,
  classic: toClassic,
}

const membersOf: Readonly<Record<Side, (span: Span) => Promise<readonly { readonly name: string }[]>>> = {
  encrypted: ({ bot, room }) => bot.sotto.members(room),
  classic: async ({ opened }) => {
    const { lane, classic } = await opened.promise
    return lane.roomMembers(classic.room)
  },
}

/** Says that the room is bridged, if somebody is there who has not read it. */
const greet = async (span: Span, side: Side, text: string): Promise<void> => {
  const { bot, patience } = span
  const names = (await patience.until(() => membersOf[side](span)))
    .map(({ name }) => name)
    .filter((name) => name !== span.name)
  const told = readTold(await bot.recall(toldNotes[side]))
  if (!hasNewcomers(told, names)) return
  await sayTo[side](span, `told/${told.count}`, text)
  await bot.remember(toldNotes[side], JSON.stringify(toldTo(names, told)))
}

/** Greets one side: at once, and whenever somebody may have come. */
export const greeter = (span: Span, side: Side, text: string): (() => Promise<void>) =>
  inTurns(() => greet(span, side, text), span.fail)
