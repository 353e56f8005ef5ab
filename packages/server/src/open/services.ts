import type { Admission } from '../authentication/admission.ts'
import type { Clock, ServerLimits } from '../configuration.ts'
import type { EventLog } from '../logging/eventLog.ts'
import type { Quota } from '../quota/quota.ts'
import { type AccessTokens, makeAccessTokens } from './accounts/accessTokens.ts'
import type { Passwords } from './accounts/password.ts'
import { makePeople } from './accounts/people.ts'
import { makePrograms } from './accounts/programs.ts'
import { makeOpenSessions, type OpenSessions } from './accounts/sessions.ts'
import { makeChats } from './chats/chats.ts'
import { type OpenRoute, openRoutes } from './edge/answers.ts'
import type { Attendance } from './edge/attendance.ts'
import { type Dispatch, makeDispatch } from './edge/dispatch.ts'
import { type Hints, processHints } from './hints.ts'
import { makeMailbox } from './mail/mailbox.ts'
import { makePresence, type Presence } from './presence.ts'
import { makeRooms } from './rooms/rooms.ts'
import type { OpenStore } from './store.ts'

/** The open lane below its edge: what answers a call and an event, whatever brings them. */
export interface OpenServices {
  readonly routes: readonly OpenRoute[]
  readonly dispatch: Dispatch
  readonly sessions: OpenSessions
  readonly accessTokens: AccessTokens
  readonly hints: Hints
  readonly presence: Presence
}

export interface OpenServicesDependencies {
  readonly store: OpenStore
  /** Of the other lane: who may register. */
  readonly admission: Pick<Admission, 'mode' | 'admit'>
  readonly passwords: Passwords
  /** Who has a socket open. */
  readonly attendance: Pick<Attendance, 'isOnline' | 'online'>
  readonly quota: Quota
  readonly clock: Clock
  readonly limits: ServerLimits
  readonly log: EventLog
  /** From 0 to 1: whom of those who are there something is asked of. */
  chance(): number
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

const inAnyOrder = <T>(all: readonly T[], chance: () => number): readonly T[] =>
  all
    .map((one) => ({ one, at: chance() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ one }) => one)

export const makeOpenServices = (dependencies: OpenServicesDependencies): OpenServices => {
  const { store, admission, passwords, attendance, quota, clock, limits, log, chance } = dependencies
  const hints = processHints()
  const common = { hints, quota, clock, limits, log }

  const sessions = makeOpenSessions({ ...common, store: store.tokens })
  const people = makePeople(store.users, limits)
  const mailbox = makeMailbox({ ...common, store: store.mail })
  const isVisible = async (name: string): Promise<boolean> =>
    (await store.users.named(name))?.presence === 'visible'
  const someoneThere = async (among: readonly number[]) => {
    const ids = new Set(among)
    const there = inAnyOrder(
      attendance.online().filter(({ id }) => ids.has(id)),
      chance,
    )
    for (const user of there.slice(0, askedMax)) if (await isVisible(user.name)) return user
    return undefined
  }
  const rooms = makeRooms({ ...common, store: store.rooms, mailbox, someoneThere })
  const chats = makeChats({
    ...common,
    store: store.chats,
    mailbox,
    isOnline: attendance.isOnline,
    isVisible,
  })
  const presence = makePresence({
    store: store.acquaintances,
    hints,
    limits,
    isVisible,
    // The database is closed last, and may be full: nobody waits for this.
    onFailure: (error) => log.failure(error, { operation: 'open' }),
  })
  const accessTokens = makeAccessTokens({ ...common, store })
  const routes = openRoutes({
    programs: makePrograms({
      ...common,
      store: store.users,
      admission,
      passwords,
      holderOf: sessions.holderOf,
    }),
    people,
    sessions,
    accessTokens,
    rooms,
    clock,
    onlineUsers: (after) => people.among(attendance.online(), after, 'visible'),
    presenceBecame: (became, user) => {
      // Who is not there has gone already, for the others.
      if (attendance.isOnline(user.id)) presence.became(became, user)
    },
  })
  return {
    routes: withinSpace(quota, routes),
    dispatch: makeDispatch({ ...common, rooms, chats, people, mailbox, presence }),
    sessions,
    accessTokens,
    hints,
    presence,
  }
}
