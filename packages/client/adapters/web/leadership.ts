import { SottoError } from '@sotto/protocol'
import type { FromWorker, ToWorker } from './workerMessages.ts'

/** A worker that crashes, or whose storage is taken away, again and again is not started for ever. */
const crashesMax = 3
const crashWindowMs = 60_000

export interface LeadershipOptions {
  readonly createWorker: () => Worker
  readonly createOpaqueWorker: () => Worker
  readonly server: string
  readonly profile: string
  readonly lockName: string
  /** Gives the leadership up, or stops waiting for it. */
  readonly signal: AbortSignal
}

type Ending =
  | { readonly kind: 'closed' }
  | { readonly kind: 'refused'; readonly failure: SottoError }
  | { readonly kind: 'storage_taken' }
  | { readonly kind: 'crashed'; readonly message: string }

/** Runs the client in a worker of this page until it ends, one way or another. */
const runWorker = (options: LeadershipOptions): Promise<Ending> =>
  new Promise((resolve) => {
    const { createWorker, createOpaqueWorker, server, profile, signal } = options
    const worker = createWorker()
    const post = (message: ToWorker): void => worker.postMessage(message)
    const close = (): void => post({ kind: 'close' })
    const end = (ending: Ending): void => {
      signal.removeEventListener('abort', close)
      worker.terminate()
      resolve(ending)
    }
    worker.addEventListener('error', ({ message }) => end({ kind: 'crashed', message }))
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      switch (data.kind) {
        case 'opened':
          return
        case 'password':
          createOpaqueWorker().postMessage(null, [data.port])
          return
        case 'refused':
          return end({ kind: 'refused', failure: new SottoError(data.code, data.message, data.detail) })
        case 'storage_taken':
          return end({ kind: 'storage_taken' })
        case 'crashed':
          return end({ kind: 'crashed', message: data.message })
        case 'closed':
          return end({ kind: 'closed' })
      }
    })
    signal.addEventListener('abort', close)
    post({ kind: 'open', server, profile })
  })

/**
 * @throws SottoError why the client could not be opened, `storage_damaged` or `internal` when it does not stay alive
 */
const runWhileItLives = async (options: LeadershipOptions): Promise<void> => {
  const endsMs: number[] = []
  const countEnd = (failure: SottoError): void => {
    endsMs.push(performance.now())
    const recent = endsMs.filter((atMs) => atMs > performance.now() - crashWindowMs)
    if (recent.length >= crashesMax) throw failure
  }
  while (!options.signal.aborted) {
    const ending = await runWorker(options)
    switch (ending.kind) {
      case 'closed':
        return
      case 'refused':
        throw ending.failure
      case 'storage_taken':
        countEnd(new SottoError('storage_damaged'))
        break
      case 'crashed':
        reportError(new Error(ending.message))
        countEnd(new SottoError('internal', ending.message))
    }
  }
}

/**
 * Waits until no other tab leads the profile, then runs the client here. The lock goes with the page: a tab that is
 * closed, crashes or is thrown away lets the next one lead.
 *
 * @throws SottoError why the client could not be opened; another tab may then try
 */
export const leadWhenFree = async (options: LeadershipOptions): Promise<void> => {
  const { lockName, signal } = options
  try {
    // The signal ends the waiting only; once the lock is there, it ends when the worker has closed.
    await navigator.locks.request(lockName, { signal }, () => runWhileItLives(options))
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
