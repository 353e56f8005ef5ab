import { fail, failureOfAnswer, foreignAnswer, LaneError } from './failure.ts'
import { isJsonObject, type JsonObject } from './strict.ts'

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Parts of the path are encoded by whoever writes it. */
  readonly path: string
  readonly body?: unknown
  readonly token?: string
}

const answerMs = 30_000
const answerCharactersMax = 8 * 1024 * 1024

/** One REST call. @throws LaneError with the code of the refusal, `OFFLINE`, `TIMEOUT`, `ANSWER_INVALID` */
export const restCall = async (server: string, { method, path, body, token }: Call): Promise<unknown> => {
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
  if (!isJson) {
    // Not the server; and it may have no end.
    answer.body?.cancel().catch(() => {})
    throw foreignAnswer(status)
  }
  const value = jsonOf(await textOf(answer))
  if (value === undefined) throw foreignAnswer(status)
  if (!answer.ok) throw failureOfAnswer(value, status)
  return value
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** @throws LaneError `OFFLINE`, `ANSWER_INVALID` for more than any answer may have */
const textOf = async ({ body }: Response): Promise<string> => {
  const decoder = new TextDecoder()
  let text = ''
  if (!body) return text
  const reader = body.getReader()
  for (;;) {
    const { done, value } = await reader.read().catch(() => fail('OFFLINE'))
    text += decoder.decode(value, { stream: !done })
    if (done) return text
    if (text.length <= answerCharactersMax) continue
    reader.cancel().catch(() => {})
    return fail('ANSWER_INVALID')
  }
}

export const asObject = (value: unknown): JsonObject => (isJsonObject(value) ? value : fail('ANSWER_INVALID'))

export const asText = (value: unknown): string => (typeof value === 'string' ? value : fail('ANSWER_INVALID'))

export const asNumber = (value: unknown): number =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : fail('ANSWER_INVALID')

export const asList = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as readonly unknown[]) : fail('ANSWER_INVALID')

/** Who asks: a program with its password, or whoever has an access token. */
export type Credentials =
  | { readonly kind: 'program'; readonly name: string; readonly password: string }
  | { readonly kind: 'token'; readonly name: string; readonly token: string }

/** Who a new program is. */
export interface NewProgram {
  readonly name: string
  readonly password: string
  readonly publicKey: unknown
  /** Where the server takes new accounts by invitation only. */
  readonly invite?: string | undefined
}

/** Makes a program account. @throws LaneError `USERNAME_TAKEN`, `WEAK_PASSWORD`, `KEY_INVALID`, `INVITE_REQUIRED` and so on */
export const register = async (
  server: string,
  { name, password, publicKey, invite }: NewProgram,
): Promise<void> => {
  const body = {
    username: name,
    password,
    public_key: publicKey,
    ...(invite === undefined ? {} : { invite }),
  }
  await restCall(server, { method: 'POST', path: '/register', body })
}

/**
 * A token for the time being: of a program a new session, otherwise the one that was given.
 *
 * @param before the last session of the program, if it is known: whoever shows it is not slowed down by who guesses
 */
export const logIn = async (server: string, credentials: Credentials, before?: string): Promise<string> => {
  switch (credentials.kind) {
    case 'token':
      return credentials.token
    case 'program': {
      const { name: username, password } = credentials
      const answer = await restCall(server, {
        method: 'POST',
        path: '/login',
        body: { username, password },
        ...(before === undefined ? {} : { token: before }),
      })
      return asText(asObject(answer)['token'])
    }
  }
}

/** Names of those who had no room for what was sent, as an acknowledgement tells. An older server tells of none. */
export const fullIn = (acknowledgement: JsonObject): readonly string[] =>
  acknowledgement['full'] === undefined ? [] : asList(acknowledgement['full']).map(asText)
