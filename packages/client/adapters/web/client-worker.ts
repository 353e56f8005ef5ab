/** The worker in which the client of a profile runs, one at a time in a browser: started by the tab that leads. */
import { webProvider } from '@sotto/mls/provider/web'
import { SottoError } from '@sotto/protocol'
import { type Client, openClient, sealedStore, serveClient } from '../../src/index.ts'
import { newId } from '../net/bus.ts'
import { netTransport } from '../net/index.ts'
import { joseLibrary } from '../net/jose.ts'
import { timerScheduler } from '../net/timerScheduler.ts'
import { broadcastChannel } from './broadcastChannel.ts'
import { storageFailure } from './database.ts'
import { openIndexedDbStore } from './indexedDbStore.ts'
import { announceLife } from './workerLife.ts'
import { denialOf } from './lacks.ts'
import { type PasswordHelper, passwordProtocolAt } from './passwordPort.ts'
import { openWebKeychain } from './webKeychain.ts'
import { type FromWorker, meetingNameOf, type ToWorker } from './workerMessages.ts'

const post = (message: FromWorker, transfer: Transferable[] = []): void => postMessage(message, { transfer })

/** Who waits for a step with a password, and hears when its helper has ended. */
const steps = new Map<number, (why: SottoError) => void>()
let stepsBegun = 0

const openPasswordHelper = (lost: (why: SottoError) => void): PasswordHelper => {
  const step = ++stepsBegun
  const { port1, port2 } = new MessageChannel()
  steps.set(step, lost)
  post({ kind: 'password', step, port: port2 }, [port2])
  return {
    port: port1,
    end: () => {
      steps.delete(step)
      port1.close()
      post({ kind: 'password_done', step })
    },
  }
}

const storageTaken = (): void => post({ kind: 'storage_taken' })

const openAt = async (server: string, profile: string): Promise<Client> => {
  const keychain = await openWebKeychain({ name: profile })
  // A browser that cannot keep keys says so before somebody has filled in a form.
  await keychain.signer()
  return openClient({
    server,
    store: sealedStore(await openIndexedDbStore(profile, storageTaken), keychain),
    keychain,
    transport: netTransport({ server }),
    scheduler: timerScheduler,
    provider: await webProvider(),
    jose: joseLibrary,
    password: passwordProtocolAt(openPasswordHelper),
    deviceKind: 'web',
    onHope: (hurry) => addEventListener('online', hurry),
  })
}

let close: () => Promise<void> = async () => {}

/** A newer page asks: this one has to be loaded anew, and the newer one runs the client meanwhile. */
const makeWay = async (): Promise<void> => {
  const closing = close
  close = async () => {}
  await closing()
  const { code, message, detail } = new SottoError('outdated')
  post({ kind: 'refused', code, message, detail })
}

const open = async ({ server, profile }: Extract<ToWorker, { kind: 'open' }>): Promise<void> => {
  try {
    const client = await openAt(server, profile)
    const channel = broadcastChannel(meetingNameOf(profile))
    const stop = serveClient(client, channel, newId(), () => void makeWay())
    close = async () => {
      stop()
      await client.close()
      channel.close()
    }
    post({ kind: 'opened' })
  } catch (error) {
    if (!(error instanceof SottoError || error instanceof DOMException)) throw error
    const { code, message, detail } = storageFailure(denialOf(error))
    post({ kind: 'refused', code, message, detail })
  }
}

const crashed = (reason: unknown): void =>
  post({
    kind: 'crashed',
    message: reason instanceof Error ? (reason.stack ?? reason.message) : String(reason),
  })

addEventListener('error', ({ error, message }: ErrorEvent) => crashed(error ?? message))
addEventListener('unhandledrejection', ({ reason }: PromiseRejectionEvent) => crashed(reason))
addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  switch (data.kind) {
    case 'open':
      void open(data)
      return
    case 'password_lost':
      steps.get(data.step)?.(new SottoError(data.code, data.message, data.detail))
      return
    case 'close':
      void close().then(() => post({ kind: 'closed' }))
      return
  }
})
void announceLife()
