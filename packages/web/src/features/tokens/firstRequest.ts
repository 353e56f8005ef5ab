import type { Reach } from './reach.ts'

/**
 * A complete command line that shows a new token at work. Its quotes are those that every shell knows; neither an origin nor
 * a token has anything in it that a shell reads.
 *
 * @param server the origin of the server
 */
export const firstRequest = (server: string, token: string, reach: Reach): string => {
  const authorized = `-H "authorization: Bearer ${token}"`
  switch (reach) {
    case 'all':
    case 'read':
      return `curl -sS ${server}/api/me ${authorized}`
    case 'send':
      // What only writes is told nothing: it says something about itself, and is answered.
      return `curl -sS -X PUT ${server}/api/me/presence ${authorized} -H "content-type: application/json" -d "{\\"presence\\":\\"visible\\"}"`
  }
}
