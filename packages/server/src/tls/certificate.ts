import { createHash } from 'node:crypto'
import type { SecureContextOptions } from 'node:tls'
import type { Clock, ServerLimits } from '../configuration.ts'
import type { EventLog } from '../logging/eventLog.ts'
import { isFor, judgePair, readTlsFiles, type TlsBytes, type TlsPair } from './pair.ts'
import { type TlsFiles, TlsRefusal } from './refusal.ts'

/** The certificate of a server, kept as its files are. */
export interface Certificate {
  /** For whoever listens. */
  readonly context: SecureContextOptions
  /** Until when it is valid, in milliseconds since 1970. */
  validToMs(): number
  /** Whether it is for a name that a server may be asked for: lower case, an IPv6 address in brackets. */
  isFor(name: string): boolean
  /** Looks at the files from now on, and shows new connections what has come into them. */
  follow(server: Listener): void
  end(): void
}

interface Listener {
  setSecureContext(context: SecureContextOptions): void
}

interface Dependencies {
  readonly files: TlsFiles
  readonly clock: Clock
  readonly limits: Pick<ServerLimits, 'certificateBytesMax' | 'certificateLookMs' | 'certificateWarnMs'>
  readonly log: Pick<EventLog, 'info' | 'warn'>
}

const dayMs = 86_400_000

const markOf = ({ certificate, key }: TlsBytes): string =>
  [certificate, key].map((bytes) => createHash('sha256').update(bytes).digest('base64')).join(' ')

/** What was found in the files: their bytes, or why there are none. */
type Found =
  | { readonly kind: 'bytes'; readonly mark: string; readonly bytes: TlsBytes }
  | { readonly kind: 'refused'; readonly mark: string; readonly refusal: TlsRefusal }

/**
 * The certificate and key in two files. They are replaced as a pair, after both have stayed the same for a look: whoever
 * writes one after the other is not met in between. A pair that is not good is told, and the one before stays.
 *
 * @throws TlsRefusal for a pair that cannot be used from the start
 */
export const openCertificate = async (dependencies: Dependencies): Promise<Certificate> => {
  const { files, clock, limits, log } = dependencies

  const find = async (): Promise<Found> => {
    try {
      const bytes = await readTlsFiles(files, limits.certificateBytesMax)
      return { kind: 'bytes', mark: markOf(bytes), bytes }
    } catch (error) {
      if (!(error instanceof TlsRefusal)) throw error
      return { kind: 'refused', mark: error.message, refusal: error }
    }
  }

  const judge = (found: Found): TlsPair => {
    if (found.kind === 'refused') throw found.refusal
    return judgePair(files, found.bytes, clock.nowMs())
  }

  const first = await find()
  let pair = judge(first)
  let judged = first.mark
  let seen = first.mark
  let warnedMs = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined

  const replace = (found: Found, server: Listener): void => {
    try {
      const next = judge(found)
      server.setSecureContext(next.context)
      pair = next
      log.info('certificate_replaced')
    } catch (error) {
      const rule = error instanceof TlsRefusal ? error.reason : 'unknown'
      log.warn('certificate_refused', { rule, help: 'certificate_refused' })
    }
  }

  /** Of the one that is shown: somebody was to renew it, and has not. */
  const warn = (): void => {
    const nowMs = clock.nowMs()
    if (pair.leaf.validToDate.getTime() - nowMs > limits.certificateWarnMs || nowMs - warnedMs < dayMs) return
    warnedMs = nowMs
    log.warn('certificate_ends', { help: 'certificate_ends' })
  }

  const look = async (server: Listener): Promise<void> => {
    const found = await find()
    const isSettled = found.mark === seen
    seen = found.mark
    if (isSettled && found.mark !== judged) {
      judged = found.mark
      replace(found, server)
    }
    warn()
  }

  return {
    context: pair.context,
    validToMs: () => pair.leaf.validToDate.getTime(),
    isFor: (name) => isFor(pair.leaf, name),
    follow: (server) => {
      let isLooking = false
      timer = setInterval(() => {
        if (isLooking) return
        isLooking = true
        look(server)
          .catch(() => {})
          .finally(() => (isLooking = false))
      }, limits.certificateLookMs).unref()
    },
    end: () => clearInterval(timer),
  }
}
