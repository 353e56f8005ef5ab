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
  postMessage({ kind: 'alive', lock } satisfies Alive)
}

export interface Helper {
  post(message: unknown, transfer?: Transferable[]): void
  /** Terminates it; nothing more is heard of it. */
  end(): void
}

export interface HelperEvents {
  alive?(): void
  message(data: unknown): void
  /** The last that is heard: it did not load, an error has ended it, or it has gone without a word. */
  lost(why: SottoError): void
}

/** How far a helper came is part of what is said: files of a page that was replaced do not load. */
const lost = (step: 'start' | 'work', message: string): SottoError =>
  new SottoError('helper_lost', message, { step })

export const startHelper = (create: () => Worker, events: HelperEvents): Helper => {
  const over = new AbortController()
  const end = (): void => {
    over.abort()
    cancel()
    worker?.terminate()
  }
  const fail = (why: SottoError): void => {
    if (over.signal.aborted) return
    end()
    events.lost(why)
  }
  let step: 'start' | 'work' = 'start'
  const cancel = timerScheduler.after(limits.helperStartMs, () => {
    if (step === 'start') fail(lost(step, 'a worker does not start'))
  })

  const begun = (name: string): void => {
    step = 'work'
    cancel()
    navigator.locks
      .request(name, { signal: over.signal }, () => fail(lost(step, 'a worker has gone')))
      .catch(() => {})
    events.alive?.()
  }
  const hear = ({ data }: MessageEvent<unknown>): void => {
    if (over.signal.aborted) return
    if (isAlive(data)) begun(data.lock)
    else events.message(data)
  }

  let worker: Worker | undefined
  try {
    worker = create()
    worker.addEventListener('message', hear)
    worker.addEventListener('messageerror', () => fail(lost(step, 'a worker said what cannot be read')))
    worker.addEventListener('error', ({ message }) =>
      fail(lost(step, message || 'a worker could not be loaded')),
    )
  } catch (error) {
    // Whoever starts it does not expect to hear of its end at once.
    queueMicrotask(() => fail(lost('start', String(error))))
  }
  return {
    post: (message, transfer = []) => worker?.postMessage(message, { transfer }),
    end,
  }
}
