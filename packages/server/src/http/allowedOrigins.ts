import type { IncomingHttpHeaders } from 'node:http'
import { SottoError } from '@sotto/protocol'

/** Front ends that are served elsewhere, which whoever hosts the server has named, each by its whole origin. */
export interface AllowedOrigins {
  /** The origin of a request's page, where it is one of them. */
  of(headers: IncomingHttpHeaders): string | undefined
  /** Whether there are any. */
  readonly any: boolean
}

const refuse = (why: string): never => {
  throw new SottoError('bad_request', `--allow-origin (SOTTO_ALLOW_ORIGIN): ${why}`)
}

/** @throws SottoError `bad_request` for what stands for more than one origin, and for what is none */
const originOf = (text: string): string => {
  if (text.includes('*'))
    return refuse(
      `${text} would let in every page there is; name each origin, such as https://app.example.org`,
    )
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:'
  // As a browser writes it: in lower case, without the port that goes without saying, and without a path.
  if (!url || !isWeb || (text !== url.origin && text !== `${url.origin}/`))
    return refuse(`${text} is no origin; one looks like https://app.example.org or http://localhost:3000`)
  return url.origin
}

/** @throws SottoError `bad_request` */
export const allowedOrigins = (named: readonly string[]): AllowedOrigins => {
  const known = new Set(named.map(originOf))
  return {
    of: ({ origin }) => (origin !== undefined && known.has(origin) ? origin : undefined),
    any: known.size > 0,
  }
}
