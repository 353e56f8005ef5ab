import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/**
 * Who may speak to the gateway: programs of this machine that were told its token. A page in a browser reaches
 * loopback, too, so what a browser cannot help sending is looked at first.
 */
export interface Visitor {
  /** Why a request is not let in; null where it may be. */
  refusal(request: Pick<IncomingMessage, 'headers' | 'socket'>): 'HOST_REFUSED' | 'ORIGIN_REFUSED' | null
  /** Whether this is the token of this start. */
  isTold(token: unknown): boolean
}

const loopback = ['localhost', '127.0.0.1', '[::1]']

const bearer = /^Bearer ([\w-]{1,128})$/

/** The token of a handshake: `auth: {token}`, or the header of a client that sets one. */
export const tokenIn = (auth: unknown, authorization: string | undefined): unknown => {
  const given = typeof auth === 'object' && auth !== null && 'token' in auth ? auth.token : undefined
  return given ?? bearer.exec(authorization ?? '')?.[1]
}

export const makeVisitor = (token: string, port: () => number): Visitor => {
  const wanted = Buffer.from(token)
  return {
    refusal: ({ headers: { host, origin } }) => {
      const hosts = loopback.map((name) => `${name}:${port()}`)
      // A name that an attacker lets point at this machine (DNS rebinding) is another host to the browser.
      if (host === undefined || !hosts.includes(host.toLowerCase())) return 'HOST_REFUSED'
      // Programs send none, or, like Python's WebSocket client, the address that they ask; no page comes from there, for
      // the gateway serves none.
      return origin === undefined || origin === `http://${host}` ? null : 'ORIGIN_REFUSED'
    },
    isTold: (given) => {
      if (typeof given !== 'string') return false
      const bytes = Buffer.from(given)
      return bytes.length === wanted.length && timingSafeEqual(bytes, wanted)
    },
  }
}
