import type { BotMessage, FailureCode } from '@sotto/client'
import { jsonLine } from '../json.ts'
import { timestamp } from '../time.ts'

/** What a bot's program reads, one JSON value a line. */
export const messageLine = (message: BotMessage): string => {
  const { id, room, roomName, seq, sender, text, timeMs, isMentioned, command } = message
  return jsonLine({
    type: 'message',
    id,
    room,
    roomName,
    seq,
    sender: sender.name,
    text,
    time: timestamp(timeMs),
    isMentioned,
    command,
  })
}

/** A post with a key is stored, or why it is not. */
export const postedLine = (key: string, code: FailureCode | null): string =>
  jsonLine(code === null ? { type: 'posted', key } : { type: 'refused', key, code })

/** What a bot's program writes, one JSON value a line. */
export type Said =
  /** The message has been handled; it does not come again. */
  | { readonly kind: 'answer'; readonly id: string; readonly texts: readonly string[] }
  | { readonly kind: 'post'; readonly room: string; readonly text: string; readonly key: string | undefined }
  | { readonly kind: 'nonsense'; readonly why: string }

const nonsense = (why: string): Said => ({ kind: 'nonsense', why })

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((text) => typeof text === 'string')

const fieldsOf = (line: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** Takes apart a line that a program has written; it may be anything. */
export const saidIn = (line: string): Said => {
  const fields = fieldsOf(line)
  if (!fields) return nonsense('a line is not a JSON object')
  const { type, id, text, room, key } = fields
  switch (type) {
    case 'answer':
      if (typeof id !== 'string') return nonsense('an answer has the id of its message')
      if (text === undefined || text === null) return { kind: 'answer', id, texts: [] }
      if (typeof text === 'string') return { kind: 'answer', id, texts: [text] }
      return isTexts(text)
        ? { kind: 'answer', id, texts: text }
        : nonsense('the text of an answer is a text, a list of texts, or null')
    case 'post':
      if (typeof room !== 'string' || typeof text !== 'string')
        return nonsense('a post has a room and a text')
      if (key !== undefined && typeof key !== 'string') return nonsense('a key is a text')
      return { kind: 'post', room, text, key }
    default:
      return nonsense('the type of a line is answer or post')
  }
}
