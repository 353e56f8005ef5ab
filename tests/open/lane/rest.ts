export interface RestAnswer {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly text: string
  readonly headers: Headers
}

/** One REST call as a program makes it. */
export const rest = async (
  url: string,
  call: `${'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH'} ${string}`,
  {
    token,
    body,
    headers = {},
  }: { readonly token?: string; readonly body?: unknown; readonly headers?: Record<string, string> } = {},
): Promise<RestAnswer> => {
  const [method = '', path = ''] = call.split(' ')
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') ?? false
  return {
    status: response.status,
    body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
    text,
    headers: response.headers,
  }
}

export const goodPassword = 'a long enough passphrase'

/** A program account, and its token. */
export const registered = async (url: string, username: string, publicKey?: unknown): Promise<string> => {
  const body = {
    username,
    password: goodPassword,
    ...(publicKey === undefined ? {} : { public_key: publicKey }),
  }
  const made = await rest(url, 'POST /register', { body })
  if (made.status !== 201) throw new Error(`register ${username}: ${made.text}`)
  const { body: login } = await rest(url, 'POST /login', { body: { username, password: goodPassword } })
  return login['token'] as string
}
