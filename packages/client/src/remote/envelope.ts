import { isReply, isRequest, type Reply, type Request } from './messages.ts'

/**
 * The version of what crosses between tabs, workers and processes: the messages, and the commands, views and events in them.
 * It is raised whenever the other side would misread what one side says. A page may be as old as its tab.
 */
export const remoteVersion = 2

type Side = 'asks' | 'serves'

/** Every message lies in one of these, whose own form stays for ever. */
interface Envelope {
  readonly sotto: number
  readonly side: Side
  readonly message: unknown
}

const inEnvelope = (side: Side, message: Request | Reply): Envelope => ({
  sotto: remoteVersion,
  side,
  message,
})

export const asked = (request: Request): unknown => inEnvelope('asks', request)
export const served = (reply: Reply): unknown => inEnvelope('serves', reply)

/** What comes over a channel from one side. */
export type Heard<T> =
  | { readonly kind: 'message'; readonly message: T }
  /** Whoever says it has another version, or is from before there were versions. */
  | { readonly kind: 'older' | 'newer' | 'unversioned' }
  /** It is from the other side, or nothing of ours. */
  | { readonly kind: 'none' }

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const hearing =
  <T>(wanted: Side, isOurs: (message: unknown) => message is T) =>
  (heard: unknown): Heard<T> => {
    if (!isRecord(heard)) return { kind: 'none' }
    const { sotto, side, message } = heard
    if (sotto === undefined) return { kind: isOurs(heard) ? 'unversioned' : 'none' }
    if (typeof sotto !== 'number' || side !== wanted) return { kind: 'none' }
    if (sotto > remoteVersion) return { kind: 'newer' }
    if (sotto < remoteVersion) return { kind: 'older' }
    return isOurs(message) ? { kind: 'message', message } : { kind: 'none' }
  }

export const hearAsked = hearing<Request>('asks', isRequest)
export const hearServed = hearing<Reply>('serves', isReply)

/**
 * The same, for whoever asks without an envelope, as pages and programs did before there were versions. It says with a
 * field that they do not read that it is not of those itself.
 */
export const servedBare = (reply: Reply): unknown => ({ ...reply, sotto: remoteVersion })
