import { limits, SottoError } from '@sotto/protocol'
import { timerScheduler } from '../net/timerScheduler.ts'
import { type Helper, startHelper } from './workerLife.ts'
import { denialOf } from './lacks.ts'
import type { FromWorker, ToWorker } from './workerMessages.ts'

/** A worker that crashes, or whose storage is taken away, again and again is not started for ever. */
const crashesMax = 5
const crashWindowMs = 60_000

/** How often who leads says that the client is coming up. */
const beatMs = 5000

export interface LeadershipOptions {
  readonly createWorker: () => Worker | Promise<Worker>
  readonly createOpaqueWorker: () => Worker | Promise<Worker>
  /** Each resolves when the file of that worker can be loaded. */
  readonly loadWorker?: (() => Promise<void>) | undefined
  readonly loadOpaqueWorker?: (() => Promise<void>) | undefined
  /** Finds out more about a worker that has failed. */
  readonly explain: (why: SottoError) => Promise<SottoError>
  readonly server: string
  readonly profile: string
  readonly lockName: string
  /** Is told now and then while the client is coming up. */
  readonly starting: () => void
  /** Gives the leadership up, or stops waiting for it. */
  readonly signal: AbortSignal
}

type Ending =
  | { readonly kind: 'closed' }
  | { readonly kind: 'refused'; readonly failure: SottoError }
  /** Another one may live longer. */
  | { readonly kind: 'failed'; readonly failure: SottoError }

/** The workers that compute with passwords, by the step that they do. */
const passwordHelpers = (
  { createOpaqueWorker, loadOpaqueWorker }: LeadershipOptions,
  lost: (step: number, why: SottoError) => Promise<void>,
) => {
  const helpers = new Map<number, Helper>()
  const end = (step: number): void => {
    helpers.get(step)?.end()
    helpers.delete(step)
  }
  return {
    begin: (step: number, port: MessagePort): void => {
      const helper = startHelper(
        createOpaqueWorker,
        { message: () => {}, lost: (why) => void lost(step, why) },
        loadOpaqueWorker,
      )
      helpers.set(step, helper)
      helper.post(null, [port])
    },
    end,
    endAll: () => {
      for (const step of helpers.keys()) end(step)
    },
  }
}

/** Says again and again that a worker is coming up, for whoever waits; for so long as it may take. */
const sayStarting = (starting: () => void): (() => void) => {
  let left = limits.helperStartMs / beatMs
  let cancel = (): void => {}
  const beat = (): void => {
    starting()
    left -= 1
    if (left > 0) cancel = timerScheduler.after(beatMs, beat)
  }
  beat()
  return () => cancel()
}

/** Runs the client in a worker of this page until it ends, one way or another. */
const runWorker = (options: LeadershipOptions): Promise<Ending> =>
  new Promise((resolve) => {
    const { createWorker, loadWorker, server, profile, signal } = options
    let cancelClosing = (): void => {}
    const post = (message: ToWorker): void => worker.post(message)
    const end = (ending: Ending): void => {
      signal.removeEventListener('abort', close)
      stopSaying()
      cancelClosing()
      passwords.endAll()
      worker.end()
      resolve(ending)
    }
    const close = (): void => {
      post({ kind: 'close' })
      cancelClosing = timerScheduler.after(limits.helperCloseMs, () => end({ kind: 'closed' }))
    }
    const passwords = passwordHelpers(options, async (step, why) => {
      const { code, message, detail } = await options.explain(why)
      post({ kind: 'password_lost', step, code, message, detail })
    })
    const hear = (message: FromWorker): void => {
      switch (message.kind) {
        case 'opened':
          return stopSaying()
        case 'password':
          return passwords.begin(message.step, message.port)
        case 'password_done':
          return passwords.end(message.step)
        case 'refused':
          return end({
            kind: 'refused',
            failure: new SottoError(message.code, message.message, message.detail),
          })
        case 'storage_taken':
          return end({ kind: 'failed', failure: new SottoError('storage_damaged') })
        case 'crashed':
          reportError(new Error(message.message))
          return end({ kind: 'failed', failure: new SottoError('internal', message.message) })
        case 'closed':
          return end({ kind: 'closed' })
      }
    }
    const stopSaying = sayStarting(options.starting)
    const worker = startHelper(
      createWorker,
      {
        message: (data) => hear(data as FromWorker),
        lost: (failure) => end({ kind: 'failed', failure }),
      },
      loadWorker,
    )
    signal.addEventListener('abort', close)
    post({ kind: 'open', server, profile })
  })

/**
 * @throws SottoError why the client could not be opened, `helper_lost`, `storage_damaged` or `internal` when it does not
 *   stay alive
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
      case 'failed': {
        const failure = await options.explain(ending.failure)
        // Its file does not come back.
        if (failure.code === 'outdated') throw failure
        countEnd(failure)
      }
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
    if (!signal.aborted) throw denialOf(error)
  }
}
