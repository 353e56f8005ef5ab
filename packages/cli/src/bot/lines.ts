import { type BotMessage, type FailureCode, hasSomethingToSee, parseStrictJson } from '@sotto/client'
import { jsonLine } from '../json.ts'
import { printableLine } from '../printable.ts'
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

type Fields = Readonly<Record<string, unknown>>

const fieldsOf = (line: string): Fields | undefined => {
  try {
    const value: unknown = parseStrictJson(line)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

const answerIn = ({ id, text }: Fields): Said => {
  if (typeof id !== 'string') return nonsense('an answer has the id of its message')
  if (text === undefined) return nonsense('an answer has a text, or null for nothing')
  if (text === null) return { kind: 'answer', id, texts: [] }
  const texts = typeof text === 'string' ? [text] : text
  if (!isTexts(texts)) return nonsense('the text of an answer is a text, a list of texts, or null')
  return texts.some((one) => !hasSomethingToSee(one))
    ? nonsense('the text of an answer is not empty, or is null')
    : { kind: 'answer', id, texts }
}

const postIn = ({ room, text, key }: Fields): Said => {
  if (typeof room !== 'string' || typeof text !== 'string') return nonsense('a post has a room and a text')
  if (!hasSomethingToSee(text)) return nonsense('the text of a post is not empty')
  if (key !== undefined && typeof key !== 'string') return nonsense('a key is a text')
  return { kind: 'post', room, text, key }
}

const kinds = {
  answer: { name: 'an answer', fields: ['type', 'id', 'text'], read: answerIn },
  post: { name: 'a post', fields: ['type', 'room', 'text', 'key'], read: postIn },
} as const

const nameCharactersMax = 40

/**
 * Takes apart a line that a program has written; it may be anything. A field that is not known is a field that was meant to
 * be another one: what it says would be lost.
 */
export const saidIn = (line: string): Said => {
  const fields = fieldsOf(line)
  if (!fields) return nonsense('a line is not a JSON object in which each key stands once')
  const { type } = fields
  if (type !== 'answer' && type !== 'post') return nonsense('the type of a line is answer or post')
  const { name, fields: known, read } = kinds[type]
  const unknown = Object.keys(fields).find((field) => !known.some((one) => one === field))
  return unknown === undefined
    ? read(fields)
    : nonsense(`${name} has no field ${printableLine(JSON.stringify(unknown.slice(0, nameCharactersMax)))}`)
}
