import { SottoError } from '@sotto/protocol'
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
  readonly answerBytesMax: number
  /** Gives the exchange up from outside. */
  readonly signal: AbortSignal | undefined
}

export interface Answer {
  readonly status: number
  readonly type: string
  readonly body: Uint8Array
}

/** Aborts when nothing has been heard for `silenceMs`. */
const watchdog = (silenceMs: number) => {
  const controller = new AbortController()
  let stop = (): void => {}
  const heard = (): void => {
    stop()
    stop = afterSilence(timerScheduler, silenceMs, () => controller.abort())
  }
  heard()
  return { signal: controller.signal, heard, stop: () => stop() }
}

const readBounded = async (response: Response, bytesMax: number, heard: () => void): Promise<Uint8Array> => {
  if (!response.body) return new Uint8Array(0)
  const reader = response.body.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    heard()
    if (done) break
    length += value.length
    if (length > bytesMax) {
      await reader.cancel()
      throw new SottoError('integrity', 'the answer is larger than any answer may be')
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
 * @throws SottoError `offline`, `timeout`, `integrity` (an answer without end)
 */
export const exchange = async (request: Exchange): Promise<Answer> => {
  const { signal: silence, heard, stop } = watchdog(request.silenceMs)
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
    heard()
    return {
      status: response.status,
      type: response.headers.get('content-type') ?? '',
      body: await readBounded(response, request.answerBytesMax, heard),
    }
  } catch (error) {
    if (error instanceof SottoError) throw error
    if (silence.aborted) throw new SottoError('timeout')
    throw new SottoError('offline', undefined, naming(obstacleOfError(error)))
  } finally {
    stop()
  }
}
