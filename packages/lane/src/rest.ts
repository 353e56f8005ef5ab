import { fail, failureOfAnswer, foreignAnswer } from './failure.ts'
import type { Call, LaneTransport } from './ports/transport.ts'
import { isJsonObject, type JsonObject } from './strict.ts'

/** One REST call. @throws LaneError with the code of the refusal, `OFFLINE`, `TIMEOUT`, `ANSWER_INVALID` */
export const restCall = async (transport: Pick<LaneTransport, 'call'>, call: Call): Promise<unknown> => {
  const { status, json } = await transport.call(call)
  const value = json === null ? undefined : jsonOf(json)
  // Not the server.
  if (value === undefined) throw foreignAnswer(status)
  if (status < 200 || status > 299) throw failureOfAnswer(value, status)
  return value
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
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
  transport: Pick<LaneTransport, 'call'>,
  { name, password, publicKey, invite }: NewProgram,
): Promise<void> => {
  const body = {
    username: name,
    password,
    public_key: publicKey,
    ...(invite === undefined ? {} : { invite }),
  }
  await restCall(transport, { method: 'POST', path: '/register', body })
}

/**
 * A token for the time being: of a program a new session, otherwise the one that was given.
 *
 * @param before the last session of the program, if it is known: whoever shows it is not slowed down by who guesses
 */
export const logIn = async (
  transport: Pick<LaneTransport, 'call'>,
  credentials: Credentials,
  before?: string,
): Promise<string> => {
  switch (credentials.kind) {
    case 'token':
      return credentials.token
    case 'program': {
      const { name: username, password } = credentials
      const answer = await restCall(transport, {
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
