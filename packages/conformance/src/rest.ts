import assert from 'node:assert/strict'

export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly list: readonly Readonly<Record<string, unknown>>[]
  readonly text: string
  readonly headers: Headers
}

export interface Ask {
  readonly token?: string
  readonly body?: unknown
  /** As it stands, with its own type. */
  readonly raw?: string
  readonly headers?: Readonly<Record<string, string>>
}

const answerMs = 30_000

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** One REST call, as any client makes it. */
export const rest = async (
  url: string,
  call: string,
  { token, body, raw, headers = {} }: Ask = {},
): Promise<Answer> => {
  const [method = '', path = ''] = call.split(' ')
  const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body))
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    redirect: 'manual',
    signal: AbortSignal.timeout(answerMs),
    ...(sent === undefined ? {} : { body: sent }),
  })
  const text = await response.text()
  const value = parsed(text)
  return {
    status: response.status,
    body: typeof value === 'object' && value !== null ? (value as Answer['body']) : {},
    list: Array.isArray(value) ? (value as Answer['list']) : [],
    text,
    headers: response.headers,
  }
}

const rfc3339Utc = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/

/** Every failure has the same five fields, and says nothing of the inside. */
export const assertFailureBody = (body: Readonly<Record<string, unknown>>): void => {
  assert.equal(typeof body['error'], 'string')
  assert.equal(body['message'], body['error'])
  assert.equal(body['success'], false)
  assert.match(String(body['code']), /^[A-Z][A-Z0-9_]*$/)
  assert.match(String(body['timestamp']), rfc3339Utc)
  assert.doesNotMatch(JSON.stringify(body), /\n\s+at |node:internal|\.ts:\d|\.js:\d/)
}

/** That a call was refused with this status and code. */
export const assertRefused = ({ status, body, text }: Answer, wanted: number, code: string): void => {
  assert.equal(`${status} ${String(body['code'])}`, `${wanted} ${code}`, text.slice(0, 200))
  assertFailureBody(body)
}
