import { limits, SottoError } from '@sotto/protocol'
import { type Client, hearServed, remoteClient, served } from '../../src/index.ts'
import { newBus, newId, refuseAll } from '../net/bus.ts'
import { originOf } from '../net/index.ts'
import { timerScheduler } from '../net/timerScheduler.ts'
import { broadcastChannel } from './broadcastChannel.ts'
import { endingBy } from '../../src/remote/endingBy.ts'
import { unsupported } from '../../src/ports/lack.ts'
import { lacksOfBrowser } from './lacks.ts'
import { leadWhenFree } from './leadership.ts'
import { meetingNameOf } from './workerMessages.ts'

/**
 * What the page lends: the two workers, because only the page knows under which addresses its build has put them and
 * which Trusted Types policy names these; one that has to be looked at before it begins comes later. Sources: `@sotto/client/web/client-worker` and
 * `@sotto/client/web/opaque-worker`, both as module workers.
 */
export interface WebClientOptions {
  /** The worker that runs the client; called in the one tab that leads, and again when it takes over. */
  readonly createWorker: () => Worker | Promise<Worker>
  /** The worker that computes OPAQUE, the only place that needs WebAssembly; the page ends it after each step. */
  readonly createOpaqueWorker: () => Worker | Promise<Worker>
  /**
   * Each loads the file of that worker into the page's cache and resolves when it is there: a worker that says nothing
   * although its file has come is given up sooner. Default: nobody knows, and it has as long as a slow line may take.
   */
  readonly loadWorker?: () => Promise<void>
  readonly loadOpaqueWorker?: () => Promise<void>
  /**
   * Whether the files of this page have been replaced since it was loaded: asked when a worker does not start, which then
   * fails with `outdated`. Default: nobody knows.
   */
  readonly isReplaced?: () => Promise<boolean>
  /** Origin of the server. Default: that of the page. */
  readonly server?: string
  /** Name of the profile's storage in this browser. Default: `sotto`. */
  readonly profile?: string
}

/** Storage that the browser may clear at will would take keys and messages with it. */
const keepStorage = async (): Promise<void> => {
  if (!(await navigator.storage.persisted())) await navigator.storage.persist()
}

/** Asks for lasting storage as soon as there is something to lose. */
const keepStorageOnceSignedIn = (client: Client): void => {
  const unsubscribe = client.subscribe((event) => {
    if (event.kind !== 'state' || event.state.account.kind !== 'signed_in') return
    unsubscribe()
    // A refusal leaves everything as it was: storage that works and may be cleared.
    keepStorage().catch(() => {})
  })
}

/** Why a worker has failed: one that does not start at all may be of a page that is no more. */
const explaining =
  (isReplaced: () => Promise<boolean> = async () => false) =>
  async (why: SottoError): Promise<SottoError> => {
    const isGone = why.code === 'helper_lost' && why.detail['step'] === 'start'
    return isGone && (await isReplaced().catch(() => false)) ? new SottoError('outdated') : why
  }

/** The file of a worker that did not come may come when whatever answers in place of the server is gone. */
const mayStartLater = (error: unknown): boolean =>
  error instanceof SottoError && error.code === 'helper_lost' && error.detail['step'] === 'start'

const isServing = (message: unknown): boolean => {
  const heard = hearServed(message)
  return heard.kind === 'message' && heard.message.kind === 'serving'
}

/**
 * The client of this browser. One tab runs it in a worker, held by a Web Lock; this and all other tabs look on
 * through a channel, and whichever is next takes over when the one that leads goes away.
 *
 * @throws SottoError `unsupported` with what the browser lacks, `helper_lost` when a worker does not start,
 *   `outdated` when that is because its file was replaced, `profile_in_use` when the tab that leads does not answer, or why the storage cannot be opened
 */
export const openWebClient = async (options: WebClientOptions): Promise<Client> => {
  const lacks = await lacksOfBrowser()
  if (lacks.length > 0) throw unsupported(lacks)
  const { createWorker, createOpaqueWorker, profile = 'sotto' } = options
  const meetingName = meetingNameOf(profile)
  const end = new AbortController()
  const channel = broadcastChannel(meetingName)
  const bus = newBus()
  bus.target = channel.post
  channel.listen((message) => {
    // Where this tab could not, another serves, or this one after all.
    if (isServing(message)) bus.target = channel.post
    bus.hear(message)
  })
  const remote = remoteClient(bus.channel, newId, {
    scheduler: timerScheduler,
    silent: () => new SottoError('profile_in_use', 'the tab that runs the client does not answer'),
    older: (isUnversioned) =>
      isUnversioned ? new SottoError('profile_in_use', 'a tab of an earlier version runs the client') : null,
    // This page must not lead those that are newer.
    outdated: () => end.abort(),
  })
  keepStorageOnceSignedIn(remote)

  const lead = (): Promise<void> =>
    leadWhenFree({
      createWorker,
      createOpaqueWorker,
      loadWorker: options.loadWorker,
      loadOpaqueWorker: options.loadOpaqueWorker,
      explain: explaining(options.isReplaced),
      server: originOf(options.server ?? location.origin),
      profile,
      lockName: meetingName,
      starting: () => {
        const message = served({ kind: 'starting' })
        channel.post(message)
        bus.hear(message)
      },
      signal: end.signal,
    })
  const later = (delayMs: number): Promise<void> =>
    new Promise((resolve) => {
      const cancel = timerScheduler.after(delayMs, resolve)
      end.signal.addEventListener('abort', () => {
        cancel()
        resolve()
      })
    })
  /** Says why nobody serves here, and looks again and again whether that has passed. */
  const leadOn = async (first: unknown): Promise<void> => {
    for (let error = first; !end.signal.aborted;) {
      refuseAll(bus, remote.state(), error)
      if (!mayStartLater(error)) return
      await later((limits.obstacleRetryMaxMs * (1 + Math.random())) / 2)
      try {
        return await lead()
      } catch (next) {
        error = next
      }
    }
  }
  const first = lead()
  const leading = first.catch(leadOn)
  try {
    await Promise.race([remote.ready, first])
  } catch (error) {
    end.abort()
    await remote.close()
    channel.close()
    throw error
  }
  return endingBy(remote, async () => {
    end.abort()
    await remote.close()
    await leading
    channel.close()
  })
}
