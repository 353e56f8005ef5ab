import type { FastifyInstance } from 'fastify'
import type { Admission } from '../authentication/admission.ts'
import type { Sessions } from '../authentication/sessions.ts'
import type { Clock, ServerLimits } from '../configuration.ts'
import type { Edge } from '../http/edge.ts'
import type { EventLog } from '../logging/eventLog.ts'
import type { MemoryBudget } from '../budget/memory.ts'
import type { WorkBudget } from '../budget/work.ts'
import type { RequestBudget } from '../budget/requests.ts'
import type { Quota } from '../quota/quota.ts'
import { makeRate } from '../rate.ts'
import { type AccessTokens, forPersons } from './accounts/accessTokens.ts'
import { type Departures, makeDepartures } from './accounts/departures.ts'
import { makePasswords } from './accounts/password.ts'
import { serveDocuments } from './documents/routes.ts'
import { registerOpenHttp } from './edge/http.ts'
import { makeSocketServer, type SocketServer } from './edge/sockets.ts'
import { makeOpenServices } from './services.ts'
import type { OpenStore } from './store.ts'

/** The open lane: REST and Socket.IO for programs in any language. The server that has none answers none of it. */
export interface OpenLane {
  register(app: FastifyInstance, memory: RequestBudget): Promise<void>
  /** What a person's own client makes tokens with. */
  readonly accessTokens: AccessTokens
  readonly upgrade: SocketServer['upgrade']
  /** For whoever runs the server. */
  readonly departures: Departures
  /** Takes nothing new, and tells those who are connected that the server closes. */
  sayClosing(): Promise<void>
  close(): Promise<void>
}

export interface OpenLaneDependencies {
  readonly store: OpenStore
  /** Of the other lane: who may register. */
  readonly admission: Pick<Admission, 'mode' | 'admit'>
  /** Of the other lane: what a person makes access tokens with. */
  readonly personSessions: Pick<Sessions, 'authenticate'>
  readonly edge: Edge
  readonly quota: Quota
  readonly clock: Clock
  readonly limits: ServerLimits
  readonly log: EventLog
  readonly memory: MemoryBudget
  readonly work: WorkBudget
}

export const makeOpenLane = (dependencies: OpenLaneDependencies): OpenLane => {
  const { store, personSessions, clock, limits } = dependencies
  const services = makeOpenServices({
    ...dependencies,
    passwords: makePasswords(),
    attendance: {
      isOnline: (user) => sockets.attendance.isOnline(user),
      online: () => sockets.attendance.online(),
    },
    chance: Math.random,
  })
  const { routes, sessions, accessTokens, presence, hints } = services
  const sockets = makeSocketServer({
    ...dependencies,
    ...services,
    mail: store.mail,
    rate: makeRate(clock, { perSecond: limits.messagesPerSecond, burst: limits.messageBurst }),
    onOffline: (user) => presence.say('user_offline', user),
  })
  const requests = makeRate(clock, {
    perSecond: limits.requestsPerSecondPerAddress,
    burst: 2 * limits.requestsPerSecondPerAddress,
  })

  return {
    accessTokens: forPersons(accessTokens),
    register: async (app, memory) => {
      serveDocuments(app)
      await registerOpenHttp(app, {
        ...dependencies,
        routes,
        sockets,
        sessions,
        personSessions,
        requests,
        memory,
      })
    },
    upgrade: sockets.upgrade,
    sayClosing: sockets.sayClosing,
    close: async () => {
      await sockets.close()
      presence.end()
    },
    departures: makeDepartures({ store, hints }),
  }
}
