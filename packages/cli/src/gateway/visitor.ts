import { timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'

/**
 * Who may speak to the gateway: programs of this machine that were told its token, and the gateway's own page. Any other
 * page in a browser reaches loopback, too, so what a browser cannot help sending is looked at first.
 */
export interface Visitor {
  /**
   * Why a request is not let in; null where it may be.
   *
   * @param access `anyone`: what shows nothing and does nothing, so that a link on another page may lead there
   */
  refusal(
    request: Pick<IncomingMessage, 'headers'>,
    access: 'token' | 'anyone',
  ): 'HOST_REFUSED' | 'ORIGIN_REFUSED' | null
  /** Whether this is the token of this start. */
  isTold(token: unknown): boolean
}

const loopback = ['localhost', '127.0.0.1', '[::1]']

const bearer = /^Bearer ([\w-]{1,128})$/i
const basic = /^Basic ([A-Za-z0-9+/]{1,400}={0,2})$/i

/** The token as the header says it: `Bearer TOKEN`, or the password of an address like `http://sotto:TOKEN@localhost:5000`. */
const tokenOfHeader = (authorization: string | undefined): string | undefined => {
  const plain = bearer.exec(authorization ?? '')?.[1]
  const coded = basic.exec(authorization ?? '')?.[1]
  if (coded === undefined) return plain
  const pair = Buffer.from(coded, 'base64').toString('utf8')
  return pair.slice(pair.indexOf(':') + 1)
}

/** The token of a request: in a header, or, for programs of which one can change nothing but the address, in its query. */
export const tokenOfRequest = ({ headers, url = '/' }: Pick<IncomingMessage, 'headers' | 'url'>): unknown =>
  tokenOfHeader(headers.authorization) ??
  new URL(url, 'http://localhost').searchParams.get('token') ??
  undefined

/** The token of a handshake: `auth: {token}`, or as of any request. */
export const tokenOfHandshake = (handshake: {
  readonly auth: unknown
  readonly headers: IncomingHttpHeaders
  readonly url: string
}): unknown => {
  const { auth } = handshake
  const given = typeof auth === 'object' && auth !== null && 'token' in auth ? auth.token : undefined
  return given ?? tokenOfRequest(handshake)
}

export const makeVisitor = (token: string, port: () => number): Visitor => {
  const wanted = Buffer.from(token)
  return {
    refusal: ({ headers }, access) => {
      const { host, origin, 'sec-fetch-site': site = 'none' } = headers
      const hosts = loopback.map((name) => `${name}:${port()}`)
      // A name that an attacker lets point at this machine (DNS rebinding) is another host to the browser.
      if (host === undefined || !hosts.includes(host.toLowerCase())) return 'HOST_REFUSED'
      // Programs send none, or, like Python's WebSocket client, the address that they ask, which is also that of our page.
      if (origin !== undefined && origin !== `http://${host}`) return 'ORIGIN_REFUSED'
      // What a page elsewhere asks for without an origin, an image or a script, with what the browser knows of ours.
      const isOfElsewhere = site !== 'none' && site !== 'same-origin'
      return access === 'token' && isOfElsewhere ? 'ORIGIN_REFUSED' : null
    },
    isTold: (given) => {
      if (typeof given !== 'string') return false
      const bytes = Buffer.from(given)
      return bytes.length === wanted.length && timingSafeEqual(bytes, wanted)
    },
  }
}
