import { SottoError } from '@sotto/protocol'
import { openServerInfo } from './account/serverInfo.ts'
import type { ServerAddress } from './account/serverPin.ts'
import { facadeOf } from './commands/facade.ts'
import { openDatabase } from './database/openDatabase.ts'
import { openDevice } from './device.ts'
import type { ClientOptions } from './options.ts'
import { openQuestions } from './questions.ts'
import { openEntrance } from './session/entrance.ts'
import { openGreeting } from './session/greeting.ts'
import { openKept } from './session/kept.ts'
import { lineOf } from './session/line.ts'
import type { Present } from './session/present.ts'
import { viewSourcesOf } from './session/viewSources.ts'
import { scopesOf } from './session/scopes.ts'
import { openSession } from './session/session.ts'
import { storedPresent } from './session/stored.ts'
import { volatileOf } from './session/volatile.ts'
import { makeViewStore } from './viewStore/viewStore.ts'
import { openConnection } from './sync/connection.ts'
import type { Client } from './view.ts'
import { openWaits } from './waits.ts'

/**
 * Opens the client of a profile: whatever the last run left half done goes on by itself, as soon as there is a line
 * to the server.
 *
 * @throws SottoError `storage_damaged`; `storage_newer` where a newer program has written the store, which stays as it is
 */
export const openClient = async (options: ClientOptions): Promise<Client> => {
  const { server, keychain, transport, scheduler, provider, deviceKind } = options
  const store = await openDatabase(options.store)
  const address: ServerAddress = { server, transport, provider }
  /** Of those who have asked for something, and of what the server is asked for them. */
  const waits = openWaits()
  const questions = openQuestions(scheduler)
  const info = await openServerInfo(address, store, scheduler)
  const { timeMs } = info
  const stored = await storedPresent(store)
  const ended = (): void => {
    connection.stop()
    views.invalidate()
  }
  const session = openSession({ present: stored, address, info, store, questions, waits, ended })
  const { call } = session
  const keepAnew = () => openKept({ store, provider, scheduler, call, timeMs, limits: options.limits })
  const present: Present = Object.assign(stored, { kept: await keepAnew() })

  const isOnline = (): boolean => connection.isReady() && !present.halted
  const invalidate = (): void => views.invalidate()
  const { setTime } = info
  const greeting = openGreeting({ present, scheduler, questions, isOnline, setTime, invalidate })
  const views = makeViewStore(
    viewSourcesOf({ present, server, deviceKind, connection: () => connection, greeting: () => greeting }),
  )
  const connection = openConnection({
    transport,
    scheduler,
    fetchServerInfo: info.fetch,
    chance: () => (provider.random(1)[0] ?? 0) / 255,
    events: {
      ...greeting.events,
      viewed: invalidate,
      sessionDoubted: () => void session.doubt().catch(() => {}),
    },
  })
  const isSynced = (): boolean => greeting.state().isSynced
  const line = lineOf({ provider, info, call, isOnline, isSynced, connection: () => connection })

  const halt = (error: unknown): void => {
    if (present.halted) return
    const halted = error instanceof SottoError ? error : new SottoError('internal', String(error))
    present.halted = halted
    connection.stop({ kind: 'refused', code: halted.code })
    void present.device?.rest(halted)
    waits.end(halted)
    invalidate()
  }
  const parts = { provider, jose: options.jose, scheduler, line, call, timeMs, invalidate }
  const startDevice = async (): Promise<void> => {
    const { profile, kept } = present
    if (profile?.kind !== 'ready') return
    present.device = await openDevice({
      ...parts,
      ...kept,
      profile,
      store: kept.gate.store,
      signer: await keychain.signer(),
      senderOf: views.senderOf,
      fetchServerInfo: info.fetchKnown,
      lineSettled: connection.settled,
      changed: views.emit,
      // What comes too late for an account that was erased stops nobody.
      halt: (error) => {
        if (!kept.gate.isShut()) halt(error)
      },
    })
    invalidate()
  }

  const account = { ...options, store, timeMs, localMs: scheduler.nowMs }
  const { start: connect } = connection
  const own = { present, info, session, scheduler, invalidate }
  const entrance = openEntrance({ ...own, account, connect, startDevice, keepAnew })
  await startDevice()
  options.onHope?.(connection.hurry)
  options.onVolatile?.(volatileOf(present, connection, greeting))
  if (present.profile?.kind === 'ready' && present.token !== null) connection.start(present.token)
  entrance.finish()

  let closing: Promise<void> | null = null
  const close = async (): Promise<void> => {
    const closed = new SottoError('closed')
    present.isClosing = true
    connection.stop()
    waits.end(closed)
    await present.device?.rest(closed)
    await store.close()
    views.close()
  }
  return {
    state: views.state,
    subscribe: views.subscribe,
    close: () => (closing ??= close()),
    ...facadeOf(scopesOf(present, entrance, call), waits),
  }
}
