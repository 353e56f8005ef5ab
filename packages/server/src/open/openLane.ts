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
import { type AccessTokens, forPersons, makeAccessTokens } from './accounts/accessTokens.ts'
import { type Departures, makeDepartures } from './accounts/departures.ts'
import { makePasswords } from './accounts/password.ts'
import { makePeople, type PublicUser } from './accounts/people.ts'
import { makePrograms } from './accounts/programs.ts'
import { makeOpenSessions } from './accounts/sessions.ts'
import { makeChats } from './chats/chats.ts'
import { serveDocuments } from './documents/routes.ts'
import { type OpenRoute, openRoutes } from './edge/answers.ts'
import { makeDispatch } from './edge/dispatch.ts'
import { registerOpenHttp } from './edge/http.ts'
import { makeSocketServer, type SocketServer } from './edge/sockets.ts'
import { processHints } from './hints.ts'
import { makeMailbox } from './mail/mailbox.ts'
import { makePresence } from './presence.ts'
import { makeRooms } from './rooms/rooms.ts'
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

/** Operations that only add, as their codes say, leave alone what clearing up and logging out need. */
const withinSpace = ({ checkSpace }: Quota, routes: readonly OpenRoute[]): readonly OpenRoute[] =>
  routes.map(({ operation, answer }) => ({
    operation,
    answer: async (input, request) => {
      if (operation.codes.includes('QUOTA')) checkSpace()
      return answer(input, request)
    },
  }))

/** Of those who are there so many are looked up for one who does not hide it. */
const askedMax = 8

const inAnyOrder = <T>(all: readonly T[]): readonly T[] =>
  all
    .map((one) => ({ one, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ one }) => one)

export const makeOpenLane = (dependencies: OpenLaneDependencies): OpenLane => {
  const { store, admission, personSessions, quota, clock, limits, log } = dependencies
  const hints = processHints()
  const common = { hints, quota, clock, limits, log }

  const sessions = makeOpenSessions({ ...common, store: store.tokens })
  const people = makePeople(store.users, limits)
  const mailbox = makeMailbox({ ...common, store: store.mail })
  const isOnline = (user: number): boolean => sockets.isOnline(user)
  const isVisible = async (name: string): Promise<boolean> =>
    (await store.users.named(name))?.presence === 'visible'
  const someoneThere = async (among: readonly number[]) => {
    const ids = new Set(among)
    const there = inAnyOrder(sockets.online().filter(({ id }) => ids.has(id)))
    for (const user of there.slice(0, askedMax)) if (await isVisible(user.name)) return user
    return undefined
  }
  const rooms = makeRooms({ ...common, store: store.rooms, mailbox, someoneThere })
  const chats = makeChats({ ...common, store: store.chats, mailbox, isOnline, isVisible })

  const presence = makePresence({
    store: store.acquaintances,
    hints,
    limits,
    isVisible,
    // The database is closed last, and may be full: nobody waits for this.
    onFailure: (error) => log.failure(error, { operation: 'open' }),
  })

  const sockets = makeSocketServer({
    ...dependencies,
    ...common,
    sessions,
    mail: store.mail,
    dispatch: makeDispatch({ ...common, rooms, chats, people, mailbox, presence }),
    rate: makeRate(clock, { perSecond: limits.messagesPerSecond, burst: limits.messageBurst }),
    onOffline: (user) => presence.say('user_offline', user),
  })

  const onlineUsers = (after: string): Promise<readonly PublicUser[]> =>
    people.among(sockets.online(), after, 'visible')

  const accessTokens = makeAccessTokens({ ...common, store })
  const routes = withinSpace(
    quota,
    openRoutes({
      programs: makePrograms({
        ...common,
        store: store.users,
        admission,
        passwords: makePasswords(),
        holderOf: sessions.holderOf,
      }),
      people,
      sessions,
      accessTokens,
      rooms,
      clock,
      onlineUsers,
      presenceBecame: (became, user) => {
        // Who is not there has gone already, for the others.
        if (isOnline(user.id)) presence.became(became, user)
      },
    }),
  )
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
