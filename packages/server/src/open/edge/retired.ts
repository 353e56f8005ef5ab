const verbs = ['set', 'get', 'check', 'delete', 'clear'] as const
const nouns = ['cookie', 'cookies', 'user', 'username', 'identity'] as const

/** Addresses at which programs of before kept in a cookie who somebody is: there are none here, and whoever asks is told so. */
export const retiredPaths: readonly string[] = ['', '/api'].flatMap((prefix) =>
  verbs.flatMap((verb) =>
    nouns.flatMap((noun) => ['_', '-'].map((dash) => `${prefix}/${verb}${dash}${noun}`)),
  ),
)

/** What there is in their place. */
export const insteadOfCookies =
  'POST /login {username, password}; then Authorization: Bearer TOKEN, or the cookie that it sets; GET /api/me says who one is'
