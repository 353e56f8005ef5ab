import type { RegistrationMode } from '@sotto/protocol'
import { makeDoors } from './assembly/doors.ts'
import { openHostDoor } from './assembly/hostDoor.ts'
import { makeServices } from './assembly/services.ts'
import { hostDefault, isLoopback, type ServerConfig } from './configuration.ts'
import { keepData } from './data/keeper.ts'
import type { Data } from './data/openData.ts'
import { type ClockStore, lookIntervalMs, type SteadyClock } from './steadyClock.ts'
import type { Certificate } from './tls/certificate.ts'

export interface RunningServer {
  /** Where a browser finds it. */
  readonly url: string
  readonly port: number
  /**
   * How far the clock of this machine is ahead of where time was when the server ran last, in milliseconds, if that is
   * more than anybody believes at once: for an hour the server goes on from there. 0: all is well.
   */
  readonly clockDoubtedMs: number
  /** Who may make an account. */
  readonly registration: RegistrationMode
  /** Whether nobody had one when it started. */
  readonly isEmpty: boolean
  /** Whether others than this machine reach it without TLS of its own. */
  readonly isPlain: boolean
  /** Of its own certificate, where it has one: until when it is valid, and whether it is for where people open the server. */
  readonly certificate: { readonly validToMs: number; readonly isForPublicUrl: boolean } | undefined
  /** Takes nothing new, finishes what has begun, tells the clients to come back, and lets go of the data directory. */
  close(): Promise<void>
}

/** What listens everywhere is opened at `localhost`. */
const urlHost = (host: string): string => {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

const certificateView = (
  certificate: Certificate | undefined,
  publicUrl: string,
): RunningServer['certificate'] =>
  certificate && {
    validToMs: certificate.validToMs(),
    isForPublicUrl: certificate.isFor(new URL(publicUrl).hostname),
  }

/** Notes from time to time when the server ran last; the answer ends that. A disk that is full takes it the next time. */
const noteTime = (store: ClockStore, clock: SteadyClock): (() => void) => {
  const note = (): void => void store.note(clock.nowMs()).catch(() => {})
  note()
  const notes = setInterval(note, lookIntervalMs)
  return () => clearInterval(notes)
}

/** Puts a server together over its data, and listens. Closing the server closes the store. */
export const assemble = async (config: ServerConfig, data: Data): Promise<RunningServer> => {
  const { directory, store, identity, migrations } = data
  const { host = hostDefault } = config
  const isEmpty = await store.authentication.isEmpty()
  const services = await makeServices(config, data)
  const { clock, limits, log, delivery, registration, certificate } = services
  const doors = await makeDoors(config, data, services)
  const orStop = <T>(step: Promise<T>): Promise<T> =>
    step.catch(async (error: unknown) => {
      await doors.close()
      throw error
    })

  if (migrations > 0) log.info('data_updated', { count: migrations })
  const damaged = await orStop(delivery.inspect())
  if (damaged > 0) log.warn('rooms_not_served', { count: damaged })
  const keeper = await orStop(keepData({ directory, store: store.kept, clock, limits, log }, identity))
  const port = await orStop(doors.listen(config.port, host)).catch(async (error: unknown) => {
    await keeper.end()
    throw error
  })
  const url = `${certificate ? 'https' : 'http'}://${urlHost(host)}:${port}`
  const hostDoor = await openHostDoor({ ...config, host }, url, store, services)
  const endNotes = noteTime(store.clock, clock)
  log.info('started', { port })
  const clockDoubtedMs = clock.doubtedMs()
  if (clockDoubtedMs !== 0) log.warn('clock_doubted', { durationMs: clockDoubtedMs })

  const shutDown = async (): Promise<void> => {
    log.info('stopping')
    endNotes()
    await Promise.all([doors.close(), hostDoor?.close()])
    await keeper.end()
    await store.close()
    log.info('stopped')
  }
  let closed: Promise<void> | null = null
  return {
    url,
    port,
    registration,
    isEmpty,
    isPlain: !certificate && !isLoopback(host),
    certificate: certificateView(certificate, config.publicUrl ?? url),
    clockDoubtedMs,
    close: () => (closed ??= shutDown()),
  }
}
