import type { IncomingHttpHeaders } from 'node:http'
import { refuse } from '../failure.ts'
import { cookieClaim } from './cookies.ts'

const bearer = /^Bearer ([A-Za-z0-9_-]{1,128})$/i

/**
 * The token that a request shows: what the program says (`auth.token` of a socket), then the header, then the cookie.
 * The first that is there counts; a wrong one is not made good by the next.
 *
 * @throws OpenRefusal `UNAUTHORIZED`, `GONE` for a cookie that asserts an identity
 */
export const tokenOf = (headers: IncomingHttpHeaders, isSecure: boolean, said?: unknown): string => {
  if (said !== undefined) return typeof said === 'string' ? said : refuse('UNAUTHORIZED')
  const { authorization } = headers
  if (authorization !== undefined) return bearer.exec(authorization)?.[1] ?? refuse('UNAUTHORIZED')
  const claim = cookieClaim(headers.cookie, isSecure)
  switch (claim.kind) {
    case 'session':
      return claim.token
    case 'asserted':
      return refuse('GONE')
    case 'none':
      return refuse('UNAUTHORIZED')
  }
}

/** The token that a request shows, if it shows one, whatever becomes of it. */
export const shownToken = (headers: IncomingHttpHeaders, isSecure: boolean): string | undefined => {
  const { authorization } = headers
  if (authorization !== undefined) return bearer.exec(authorization)?.[1]
  const claim = cookieClaim(headers.cookie, isSecure)
  return claim.kind === 'session' ? claim.token : undefined
}
