/** How the server sees this page: what `/seen` answers. */
export interface Seen {
  readonly host: string | null
  readonly https: boolean
  readonly publicUrl: string | null
}

/** Where the page is, as the browser has it. */
export type Place = Pick<Location, 'protocol' | 'host' | 'origin'>

/** What a server and the proxy in front of it were not told of each other. */
export type SetupFault =
  /** The page came over https, and the server takes it for http: no HSTS, no `Secure` cookies. */
  | 'taken_for_http'
  /** The server does not learn the name that people ask for, and refuses pages as those of another site. */
  | 'host_lost'

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** Undefined for what is no answer of a Sotto server. */
export const readSeen = (value: unknown): Seen | undefined =>
  isRecord(value) && typeof value['https'] === 'boolean'
    ? { https: value['https'], host: textOrNull(value['host']), publicUrl: textOrNull(value['publicUrl']) }
    : undefined

const originAt = (protocol: string, host: string | null): string | undefined => {
  const address = `${protocol}//${host ?? ''}`
  return URL.canParse(address) ? new URL(address).origin : undefined
}

/** What is wrong with the setup of a server, the worst first; undefined where nothing is. */
export const faultOf = ({ host, https, publicUrl }: Seen, place: Place): SetupFault | undefined => {
  const isKnown = publicUrl === place.origin || originAt(place.protocol, host) === place.origin
  if (!isKnown) return 'host_lost'
  return place.protocol === 'https:' && !https ? 'taken_for_http' : undefined
}
