import { limits, SottoError } from '@sotto/protocol'
import { naming, obstacleOfError } from '../../src/ports/obstacleOf.ts'
import { afterSilence } from '../../src/ports/silence.ts'
import { timerScheduler } from './timerScheduler.ts'

export interface Exchange {
  readonly url: string
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array<ArrayBuffer> | undefined
  /** How long the server may be silent: before the answer begins, and between two pieces of it. */
  readonly silenceMs: number
  /** How much of an answer is read; the rest of what is longer is left. */
  bytesMax(answer: Omit<Answer, 'body'>): number
  /** Gives the exchange up from outside. */
  readonly signal: AbortSignal | undefined
}

export interface Answer {
  readonly status: number
  readonly type: string
  /** Null for what is longer than an answer of its kind may be. */
  readonly body: Uint8Array | null
}

/** Aborts when nothing has been heard for `silenceMs`, or so little that it would go on without end. */
const watchdog = (silenceMs: number) => {
  const controller = new AbortController()
  let cancel = (): void => {}
  let begunMs = 0
  const wait = (): void => {
    cancel()
    cancel = afterSilence(timerScheduler, silenceMs, () => controller.abort())
  }
  wait()
  return {
    signal: controller.signal,
    stop: (): void => cancel(),
    begun: (): void => {
      begunMs = timerScheduler.steadyMs()
      wait()
    },
    /** @param bytes of the body so far */
    heard: (bytes: number): void => {
      const allowedMs = silenceMs + (bytes / limits.answerBytesPerSecondMin) * 1000
      if (timerScheduler.steadyMs() - begunMs > allowedMs) controller.abort()
      else wait()
    },
  }
}

const readBounded = async (
  response: Response,
  bytesMax: number,
  heard: (bytes: number) => void,
): Promise<Uint8Array | null> => {
  if (!response.body) return new Uint8Array(0)
  const reader = response.body.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.length
    heard(length)
    if (length > bytesMax) {
      await reader.cancel()
      return null
    }
    chunks.push(value)
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

/**
 * One request and its bounded answer. Redirects are not followed: a captive portal is not the server. An `offline` names
 * its obstacle where it is known.
 *
 * @throws SottoError `offline`, `timeout`
 */
export const exchange = async (request: Exchange): Promise<Answer> => {
  const { signal: silence, begun, heard, stop } = watchdog(request.silenceMs)
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: request.headers,
      ...(request.body ? { body: request.body } : {}),
      signal: request.signal ? AbortSignal.any([silence, request.signal]) : silence,
      redirect: 'error',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
    })
    begun()
    const { status } = response
    const type = response.headers.get('content-type') ?? ''
    return { status, type, body: await readBounded(response, request.bytesMax({ status, type }), heard) }
  } catch (error) {
    if (silence.aborted) throw new SottoError('timeout')
    throw new SottoError('offline', undefined, naming(obstacleOfError(error)))
  } finally {
    stop()
  }
}
