/** What a browser keeps a session in. With TLS the name itself forbids that another host or a plain page sets it. */
const secureName = '__Host-sotto_session'
const plainName = 'sotto_session'

/** Cookies by which programs of before said who they are. Anybody can write one. */
const assertedNames: ReadonlySet<string> = new Set(['username', 'user', 'user_id', 'sender', 'identity'])

const pairsOf = (header: string | undefined): readonly (readonly [name: string, value: string])[] =>
  (header ?? '').split(';').flatMap((pair) => {
    const at = pair.indexOf('=')
    return at < 0 ? [] : [[pair.slice(0, at).trim(), pair.slice(at + 1).trim()] as const]
  })

/** What the cookies of a request say: a session, a mere assertion of who somebody is, or nothing. */
export type CookieClaim =
  | { readonly kind: 'session'; readonly token: string }
  | { readonly kind: 'asserted' }
  | { readonly kind: 'none' }

/**
 * Of the two names the one that the server sets on such a line: by TLS a plain cookie may have been set by another host
 * or by a page without TLS, and is not believed.
 */
export const cookieClaim = (header: string | undefined, isSecure: boolean): CookieClaim => {
  const pairs = pairsOf(header)
  const session = pairs.find(([name]) => name === (isSecure ? secureName : plainName))
  if (session) return { kind: 'session', token: session[1] }
  return pairs.some(([name]) => assertedNames.has(name)) ? { kind: 'asserted' } : { kind: 'none' }
}

const cookie = (value: string, isSecure: boolean, maxAgeS: number): string =>
  `${isSecure ? secureName : plainName}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeS}` +
  (isSecure ? '; Secure' : '')

export const sessionCookie = (token: string, isSecure: boolean, lifetimeMs: number): string =>
  cookie(token, isSecure, Math.floor(lifetimeMs / 1000))

export const noCookie = (isSecure: boolean): string => cookie('', isSecure, 0)
