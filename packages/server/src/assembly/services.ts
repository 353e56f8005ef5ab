import { nodeProvider } from '@sotto/mls/provider/node'
import type { RegistrationMode } from '@sotto/protocol'
import { makeOpaque } from '../authentication/opaque.ts'
import { noLoad } from '../budget/load.ts'
import { makeMemoryBudget, type MemoryBudget } from '../budget/memory.ts'
import type { Bus } from '../bus/bus.ts'
import { processBus } from '../bus/processBus.ts'
import {
  boundedClock,
  type Clock,
  limitsOf,
  registrationOf,
  type ServerConfig,
  type ServerLimits,
  systemClock,
} from '../configuration.ts'
import { type Core, makeCore } from '../core.ts'
import type { Data } from '../data/openData.ts'
import { type Edge, makeEdge } from '../http/edge.ts'
import { type EventLog, makeEventLog, type Tallies } from '../logging/eventLog.ts'
import { standardError } from '../logging/standardError.ts'
import { makeTally } from '../logging/tally.ts'
import { makeOpenLane, type OpenLane } from '../open/openLane.ts'
import type { Secrets } from '../secrets.ts'
import type { SteadyClock } from '../steadyClock.ts'
import { type Certificate, openCertificate } from '../tls/certificate.ts'

/** What a server can do, before anybody can reach it. */
export interface Services extends Pick<
  Core,
  'routes' | 'sessions' | 'invites' | 'delivery' | 'logKey' | 'work'
> {
  readonly registration: RegistrationMode
  readonly bus: Bus
  readonly memory: MemoryBudget
  readonly edge: Edge
  /** Undefined where the open lane is switched off. */
  readonly lane: OpenLane | undefined
  /** Undefined for a server without TLS of its own. */
  readonly certificate: Certificate | undefined
  readonly clock: SteadyClock
  readonly limits: ServerLimits
  readonly log: EventLog
  readonly tallies: Tallies
}

const eventLogOf = (config: ServerConfig, secrets: Secrets, clock: Clock, tallies: Tallies): EventLog =>
  makeEventLog({
    clock,
    tallies,
    level: config.logLevel ?? 'info',
    destination: config.logDestination ?? standardError(),
    idKey: secrets.logIdKey,
  })

const talliesOf = (clock: Clock, limits: ServerLimits): Tallies => ({
  accounts: makeTally(clock, limits.talliedKeysMax),
  sources: makeTally(clock, limits.talliedKeysMax),
})

/** Puts the services of a server together over its store. */
export const makeServices = async (config: ServerConfig, { store, secrets }: Data): Promise<Services> => {
  const clock = boundedClock(config.clock ?? systemClock)
  const limits = limitsOf(config)
  const tallies = talliesOf(clock, limits)
  const log = eventLogOf(config, secrets, clock, tallies)
  const given = { provider: nodeProvider(), bus: processBus(), limits, log }
  const registration = registrationOf(config)
  const { steady, admission, quota, ...core } = makeCore({
    ...given,
    clock,
    lastMs: config.clockIsRight ? undefined : await store.clock.last(),
    store,
    secrets,
    opaque: await makeOpaque(secrets.opaqueSetup),
    registration,
    load: config.load ?? noLoad,
  })
  const certificate = config.tls
    ? await openCertificate({ files: config.tls, clock, limits, log })
    : undefined
  const edge = makeEdge(config, steady, log, certificate)
  const common = { ...given, clock: steady, memory: makeMemoryBudget(limits), work: core.work, edge }
  const lane = config.open
    ? makeOpenLane({ ...common, quota, store: store.open, admission, personSessions: core.sessions })
    : undefined
  return { ...core, ...common, registration, lane, certificate, tallies }
}
