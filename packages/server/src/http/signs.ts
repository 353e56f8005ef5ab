import type { Clock } from '../configuration.ts'
import type { EventLog } from '../logging/eventLog.ts'
import { believesIn } from './proxies.ts'

/** What shows that a server and the proxy in front of it were not told of each other. */
export type Sign = 'proxy_not_believed' | 'origin_differs' | 'host_unknown' | 'plain_http'

export interface Signs {
  /** Writes a sign once an hour for each peer, with the setting that helps. */
  tell(sign: Sign, peer: string): void
}

const hourMs = 3_600_000
/** Strangers make signs, too: beyond so many of them in an hour no more are written. */
const signsMax = 256

const isLoopback = believesIn(['loopback'])
const isPrivate = believesIn(['private'])

export const makeSigns = (clock: Clock, log: EventLog): Signs => {
  const toldMs = new Map<string, number>()

  const isRecent = (atMs: number | undefined, nowMs: number): boolean =>
    atMs !== undefined && Math.abs(nowMs - atMs) < hourMs

  const forgetOld = (nowMs: number): void => {
    for (const [key, atMs] of toldMs) if (!isRecent(atMs, nowMs)) toldMs.delete(key)
  }

  return {
    tell: (sign, peer) => {
      const nowMs = clock.nowMs()
      const key = `${sign} ${peer}`
      if (isRecent(toldMs.get(key), nowMs)) return
      if (toldMs.size >= signsMax) forgetOld(nowMs)
      if (toldMs.size >= signsMax) return
      toldMs.set(key, nowMs)
      // Where somebody comes from is told as a word for the list of proxies: the log holds no address.
      log.warn(sign, {
        help: sign,
        peer: isLoopback(peer) ? 'loopback' : isPrivate(peer) ? 'private' : 'public',
      })
    },
  }
}
