import { isUtf8 } from 'node:buffer'
import { fstatSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { limits, messageTextProblem, SottoError } from '@sotto/client'

/** A line of what comes in, without its end, or why it is none that can be taken. */
export type Line =
  | { readonly kind: 'text'; readonly number: number; readonly text: string }
  | { readonly kind: 'fault'; readonly number: number; readonly why: string }

/** Several messages have room in it, also where they come as JSON with each character escaped. */
const lineBytesMax = 4 * 1024 * 1024
/** A file of up to this size is looked through before any of it is used. */
const lookedThroughBytesMax = 16 * 1024 * 1024

const lineFeed = 0x0a
const carriageReturn = 0x0d
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])
const marksOf16Bits = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])]

const startsWith = (bytes: Buffer, mark: Buffer): boolean => bytes.subarray(0, mark.length).equals(mark)

const of16Bits = 'it is UTF-16; convert it first: iconv -f UTF-16 -t UTF-8'

/** Why bytes are no text that can be sent; undefined where they are. */
const faultIn = (bytes: Buffer): string | undefined => {
  if (marksOf16Bits.some((mark) => startsWith(bytes, mark))) return of16Bits
  if (bytes.includes(0))
    return 'it contains NUL bytes, so it is not text; if it is UTF-16: iconv -f UTF-16 -t UTF-8'
  return isUtf8(bytes) ? undefined : 'it is not UTF-8'
}

const withoutMark = (bytes: Buffer): Buffer =>
  startsWith(bytes, byteOrderMark) ? bytes.subarray(byteOrderMark.length) : bytes

const withoutReturn = (bytes: Buffer): Buffer =>
  bytes.at(-1) === carriageReturn ? bytes.subarray(0, -1) : bytes

const lineOf = (bytes: Buffer, number: number): Line => {
  const own = number === 1 ? withoutMark(bytes) : bytes
  const why = faultIn(own)
  return why === undefined
    ? { kind: 'text', number, text: withoutReturn(own).toString('utf8') }
    : { kind: 'fault', number, why }
}

const tooLong = (number: number): Line => ({
  kind: 'fault',
  number,
  why: 'the line is too long',
})

const refused = (what: string, why: string): SottoError =>
  new SottoError('bad_request', `${what}: ${why}`, { reason: why })

const lineRefused = (code: 'bad_request' | 'too_large', number: number, why: string): SottoError =>
  new SottoError(code, `line ${number} of the input: ${why}`, { line: number, reason: why })

/** What a stream brings. @throws SottoError `bad_request` where it cannot be read: a directory, what is only written to */
async function* chunksOf(stream: Readable): AsyncIterable<Buffer> {
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) yield chunk
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (error instanceof SottoError || code === '') throw error
    throw refused('the input cannot be read', code)
  }
}

/**
 * The lines of a stream, as they come. They end with a line feed and with nothing else (`readline` would end one at
 * U+2028, too); a carriage return before it, and a byte order mark in front of the first, belong to no line.
 */
export async function* linesIn(stream: Readable): AsyncIterable<Line> {
  let number = 1
  let parts: Buffer[] = []
  let length = 0
  const end = (): Line => {
    const line = length > lineBytesMax ? tooLong(number) : lineOf(Buffer.concat(parts), number)
    number += 1
    parts = []
    length = 0
    return line
  }
  const add = (part: Buffer): void => {
    length += part.length
    // What nobody will use is not kept.
    if (length <= lineBytesMax) parts.push(part)
    else parts = []
  }
  for await (const chunk of chunksOf(stream)) {
    let from = 0
    for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, from)) {
      add(chunk.subarray(from, at))
      yield end()
      from = at + 1
    }
    if (from < chunk.length) add(chunk.subarray(from))
  }
  if (length > 0) yield end()
}

/**
 * The same for lines that all have to be text.
 *
 * @throws SottoError `bad_request` at the first that is none; it says which
 */
export async function* linesOf(stream: Readable): AsyncIterable<string> {
  for await (const line of linesIn(stream)) {
    if (line.kind === 'fault') throw lineRefused('bad_request', line.number, line.why)
    yield line.text
  }
}

const isSmallFile = (): boolean => {
  try {
    const input = fstatSync(0)
    return input.isFile() && input.size <= lookedThroughBytesMax
  } catch {
    return false
  }
}

const longerThanAMessage = `it is longer than the ${limits.textBytesMax} bytes of a message`

/** The same for lines that are messages, or blank. @throws SottoError `bad_request`, `too_large` at the first that is neither */
export async function* messageLinesOf(stream: Readable): AsyncIterable<string> {
  let number = 0
  for await (const text of linesOf(stream)) {
    number += 1
    if (messageTextProblem(text) === 'long') throw lineRefused('too_large', number, longerThanAMessage)
    yield text
  }
}

/** A file is read before its first line is used, so that of one that is no text nothing is sent; a pipe has no end. */
export async function* linesOfInput(): AsyncIterable<string> {
  const lines = messageLinesOf(process.stdin)
  if (!isSmallFile()) return yield* lines
  const all: string[] = []
  for await (const line of lines) all.push(line)
  return yield* all
}

/**
 * All of standard input as one text, line ends and all, without a byte order mark.
 *
 * @throws SottoError `bad_request`, `too_large`
 */
export const wholeInput = async (): Promise<string> => {
  const parts: Buffer[] = []
  let length = 0
  for await (const chunk of chunksOf(process.stdin)) {
    length += chunk.length
    if (length > limits.textBytesMax + byteOrderMark.length) throw new SottoError('too_large')
    parts.push(chunk)
  }
  const bytes = withoutMark(Buffer.concat(parts))
  const why = faultIn(bytes)
  if (why !== undefined) throw refused('the input', why)
  return bytes.toString('utf8')
}

/** The first line of standard input. @throws SottoError `bad_request` where it is no text, or there is none */
export const firstLine = async (): Promise<string> => {
  for await (const line of linesOf(process.stdin)) return line
  throw new SottoError('bad_request', 'standard input is empty')
}
