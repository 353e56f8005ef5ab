import { isFailureCode, SottoError, type FailureCode } from '@sotto/protocol'

/** Of the lines between a server and the commands of its host: one question, then answers, then their end. */
export const controlVersion = 1

/** A line holds the texts of one account or limit, never a list. */
export const lineBytesMax = 16 * 1024

export type Reply =
  | { readonly kind: 'item'; readonly item: unknown }
  | { readonly kind: 'end' }
  | { readonly kind: 'failed'; readonly code: FailureCode; readonly message: string }

const written = (value: object): string => `${JSON.stringify({ v: controlVersion, ...value })}\n`

export const writeQuestion = (action: object): string => written({ action })

export const writeReply = (reply: Reply): string => {
  switch (reply.kind) {
    case 'item':
      return written({ item: reply.item })
    case 'end':
      return written({ end: true })
    case 'failed':
      return written({ failed: reply.code, message: reply.message })
  }
}

const parsed = (line: string): Readonly<Record<string, unknown>> => {
  const value = ((): unknown => {
    try {
      return JSON.parse(line) as unknown
    } catch {
      return null
    }
  })()
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SottoError('bad_request', 'this is no line of JSON with an object')
  const fields = value as Readonly<Record<string, unknown>>
  if (fields['v'] !== controlVersion)
    throw new SottoError(
      'bad_request',
      'the running server is of another version than this program; restart it, then try again',
    )
  return fields
}

/** The action of a question, yet to be read. @throws SottoError `bad_request` */
export const readQuestion = (line: string): unknown => {
  const fields = parsed(line)
  if (Object.keys(fields).length !== 2 || !Object.hasOwn(fields, 'action'))
    throw new SottoError('bad_request', 'this is no question')
  return fields['action']
}

/** @throws SottoError `bad_request` */
export const readReply = (line: string): Reply => {
  const { item, end, failed, message, ...rest } = parsed(line)
  if (Object.keys(rest).length > 1) throw new SottoError('bad_request', 'this is no reply')
  if (end === true) return { kind: 'end' }
  if (isFailureCode(failed) && typeof message === 'string') return { kind: 'failed', code: failed, message }
  if (item === undefined) throw new SottoError('bad_request', 'this is no reply')
  return { kind: 'item', item }
}

/** The lines of a stream; a line that is longer than one may be ends it. @throws SottoError `too_large` */
export async function* linesOf(stream: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  let rest = Buffer.alloc(0)
  for await (const chunk of stream) {
    rest = Buffer.concat([rest, chunk])
    for (let at = rest.indexOf('\n'); at >= 0; at = rest.indexOf('\n')) {
      yield rest.subarray(0, at).toString('utf8')
      rest = rest.subarray(at + 1)
    }
    if (rest.length > lineBytesMax) throw new SottoError('too_large')
  }
}
