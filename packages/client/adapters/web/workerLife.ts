/**
 * A worker that this page has started. Browsers tell of a script that does not load and of an error that nobody catches;
 * that a worker has been ended, for lack of memory or by whoever inspects it, they do not tell. The worker holds a lock
 * for as long as it lives, and the page waits behind it.
 */
import { limits, SottoError } from '@sotto/protocol'
import { timerScheduler } from '../net/timerScheduler.ts'

/** The first that a worker says: the name of the lock that it holds. */
interface Alive {
  readonly kind: 'alive'
  readonly lock: string
}

const isAlive = (message: unknown): message is Alive =>
  typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'alive'

/** Asks a worker to say once more that it is alive. */
const stillThere = { kind: 'still_there' } as const

const isQuestion = (message: unknown): boolean =>
  typeof message === 'object' && message !== null && 'kind' in message && message.kind === stillThere.kind

/** In the worker: takes the lock that goes with it, and tells the page. */
export const announceLife = async (): Promise<void> => {
  const lock = `sotto/alive/${crypto.randomUUID()}`
  await new Promise<void>((resolve, reject) => {
    navigator.locks
      .request(lock, () => {
        resolve()
        return new Promise(() => {})
      })
      .catch(reject)
  })
  const say = (): void => postMessage({ kind: 'alive', lock } satisfies Alive)
  addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (isQuestion(data)) say()
  })
  say()
}

export interface Helper {
  post(message: unknown, transfer?: Transferable[]): void
  /** Terminates it; nothing more is heard of it. */
  end(): void
}

export interface HelperEvents {
  message(data: unknown): void
  /** The last that is heard: it did not load, an error has ended it, or it has gone without a word. */
  lost(why: SottoError): void
}

/** How far a helper came is part of what is said: files of a page that was replaced do not load. */
const lost = (step: 'start' | 'work', message: string): SottoError =>
  new SottoError('helper_lost', message, { step })

/** Until it is looked whether the file of a worker that says nothing is there. */
const quietMs = limits.helperSilenceMs / 4

/**
 * Starts a worker. One of which nothing at all is heard has `limits.helperStartMs` only while its file is on its way:
 * once the page can load the file, it has the rest of `limits.helperSilenceMs`.
 *
 * @param load resolves when the page has loaded the worker's file, from its cache where it is there. Default: nobody knows
 */
export const startHelper = (
  create: () => Worker | Promise<Worker>,
  events: HelperEvents,
  load: () => Promise<void> = () => new Promise(() => {}),
): Helper => {
  const over = new AbortController()
  const end = (): void => {
    over.abort()
    cancel()
    stopLooking()
    worker?.terminate()
  }
  const fail = (why: SottoError): void => {
    if (over.signal.aborted) return
    end()
    events.lost(why)
  }
  let step: 'start' | 'work' = 'start'
  const neverStarted = (): void => fail(lost('start', 'a worker does not start'))
  let cancel = timerScheduler.after(limits.helperStartMs, neverStarted)
  const hurry = (): void => {
    if (over.signal.aborted || step === 'work') return
    cancel()
    cancel = timerScheduler.after(limits.helperSilenceMs - quietMs, neverStarted)
  }
  // A file that the page cannot load either may be on its way to the worker still.
  const stopLooking = timerScheduler.after(quietMs, () => void load().then(hurry, () => {}))

  const gone = (): void => fail(lost(step, 'a worker has gone'))
  const alive = async (name: string): Promise<void> => {
    cancel()
    stopLooking()
    if (step === 'work') return
    step = 'work'
    const { held = [] } = await navigator.locks.query()
    if (over.signal.aborted) return
    if (held.some((one) => one.name === name)) {
      navigator.locks.request(name, { signal: over.signal }, gone).catch(() => {})
      return
    }
    // It has gone already. Or site data was cleared: in Chromium, locks of page and worker never meet any more then.
    cancel = timerScheduler.after(limits.helperSilenceMs, gone)
    worker?.postMessage(stillThere)
  }
  const hear = ({ data }: MessageEvent<unknown>): void => {
    if (over.signal.aborted) return
    if (isAlive(data)) void alive(data.lock).catch(gone)
    else events.message(data)
  }

  let worker: Worker | undefined
  /** What was said to it before it was there. */
  let unsaid: (readonly [unknown, Transferable[]])[] = []
  const begin = (made: Worker): void => {
    if (over.signal.aborted) return made.terminate()
    worker = made
    made.addEventListener('message', hear)
    made.addEventListener('messageerror', () => fail(lost(step, 'a worker said what cannot be read')))
    made.addEventListener('error', ({ message }) =>
      fail(lost(step, message || 'a worker could not be loaded')),
    )
    for (const [message, transfer] of unsaid) made.postMessage(message, { transfer })
    unsaid = []
  }
  const made = async (): Promise<Worker> => create()
  // Whoever starts it does not expect to hear of its end at once.
  made().then(begin, (error: unknown) => fail(lost('start', String(error))))
  return {
    post: (message, transfer = []) => {
      if (worker) worker.postMessage(message, { transfer })
      else unsaid.push([message, transfer])
    },
    end,
  }
}
