/** `/remind 10m tea` reminds you in ten minutes, also when the bot was restarted in between. */
import type { Bot } from '@sotto/client'
import { createBot } from '@sotto/client/node'
import { at, type Json, listAt, parsed, textAt } from './json.ts'
import { botSettings } from './settings.ts'

interface Reminder {
  readonly id: string
  readonly room: string
  readonly dueMs: number
  readonly text: string
}

const usage = 'Say /remind 10m tea: a number, s, m, h or d, and what to remind you of.'
const unitsMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
/** What a timer can wait for. */
const delayMsMax = 20 * 86_400_000
const remindersMax = 40

const reminders = new Map<string, Reminder>()
const keep = (bot: Bot): Promise<void> => bot.remember('reminders', JSON.stringify([...reminders.values()]))

/** Said under the key of the question, then forgotten: a crash in between does not remind anybody twice. */
const ring = async (bot: Bot): Promise<void> => {
  for (const { id, room, dueMs, text } of reminders.values()) {
    if (dueMs > Date.now()) continue
    await bot.post(room, text, id)
    reminders.delete(id)
    await keep(bot)
  }
}

let timer: NodeJS.Timeout | undefined
const arm = (bot: Bot): void => {
  clearTimeout(timer)
  const nextMs = Math.min(...[...reminders.values()].map(({ dueMs }) => dueMs))
  if (!Number.isFinite(nextMs)) return
  const tell = (error: unknown): void => void process.stderr.write(`${String(error)}\n`)
  const ringOnce = (): void =>
    void ring(bot)
      .catch(tell)
      .finally(() => arm(bot))
  timer = setTimeout(ringOnce, Math.max(100, nextMs - Date.now()))
}

const reminderOf = (json: Json): Reminder => ({
  id: textAt(json, 'id'),
  room: textAt(json, 'room'),
  dueMs: Number(at(json, 'dueMs')),
  text: textAt(json, 'text'),
})

await createBot({
  ...botSettings('reminder'),
  commands: { remind: 'remind you later: /remind 10m tea' },
  onStart: async (bot) => {
    for (const json of listAt(parsed((await bot.recall('reminders')) ?? '[]')))
      reminders.set(textAt(json, 'id'), reminderOf(json))
    arm(bot)
  },
  onMessage: async ({ id, room, sender, command, timeMs }, bot) => {
    if (!command) return usage
    const {
      count = '',
      unit = '',
      what = '',
    } = /^(?<count>\d{1,6})(?<unit>[smhd])\s+(?<what>[^]{1,200})$/u.exec(command.argument)?.groups ?? {}
    const delayMs = Number(count) * (unitsMs[unit] ?? Number.NaN)
    if (!(delayMs > 0 && delayMs <= delayMsMax)) return usage
    if (reminders.size >= remindersMax) return 'I have enough to remember; ask me later.'
    reminders.set(id, { id, room, dueMs: timeMs + delayMs, text: `@${sender.name}: ${what}` })
    // Remembered before it is promised: whoever kills the bot in between makes it hear the question again.
    await keep(bot)
    arm(bot)
    return `I will remind you in ${count}${unit}.`
  },
})
