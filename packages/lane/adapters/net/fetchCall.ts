import { type Call, type CallAnswer, LaneError } from '../../src/index.ts'

const answerMs = 30_000
const answerCharactersMax = 8 * 1024 * 1024

/** One call by `fetch`. @throws LaneError `OFFLINE`, `TIMEOUT`, `ANSWER_INVALID` */
export const fetchCall = async (server: string, { method, path, body, token }: Call): Promise<CallAnswer> => {
  const answer = await fetch(new URL(path, server), {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    // A session of this lane is a token; a cookie beside it would be another session.
    credentials: 'omit',
    redirect: 'error',
    signal: AbortSignal.timeout(answerMs),
  }).catch((error: unknown) => {
    const isLate = error instanceof Error && error.name === 'TimeoutError'
    throw Object.assign(new LaneError(isLate ? 'TIMEOUT' : 'OFFLINE'), { cause: error })
  })
  const { status } = answer
  const isJson = /^application\/json\b/i.test(answer.headers.get('content-type') ?? '')
  if (isJson) return { status, json: await textOf(answer) }
  // It may have no end.
  answer.body?.cancel().catch(() => {})
  return { status, json: null }
}

/** @throws LaneError `OFFLINE`, `ANSWER_INVALID` for more than any answer may have */
const textOf = async ({ body }: Response): Promise<string> => {
  const decoder = new TextDecoder()
  let text = ''
  if (!body) return text
  const reader = body.getReader()
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new LaneError('OFFLINE')
    })
    text += decoder.decode(value, { stream: !done })
    if (done) return text
    if (text.length <= answerCharactersMax) continue
    reader.cancel().catch(() => {})
    throw new LaneError('ANSWER_INVALID')
  }
}
