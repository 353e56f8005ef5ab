import { type OpenCaller, type OpenSessions } from '../accounts/sessions.ts'
import type { AccessTokens } from '../accounts/accessTokens.ts'
import { type People, type PublicUser, publicUser } from '../accounts/people.ts'
import type { Programs } from '../accounts/programs.ts'
import type { Caller } from '../../authentication/sessions.ts'
import type { Clock } from '../../configuration.ts'
import { checkIdentity } from '../identity.ts'
import { type ListFormat, openOperations as o, type OpenOperation } from '../operations.ts'
import type { Rooms } from '../rooms/rooms.ts'
import type { OpenUser } from '../store.ts'
import { noCookie, sessionCookie } from './cookies.ts'

/** What an operation is given beside its input. */
export interface Request<Who> {
  readonly caller: Who
  readonly address: string
  /** The token that is shown, unjudged, where an operation is open to anyone. */
  readonly token: string | undefined
  readonly isSecure: boolean
}

export interface Answer {
  readonly body: unknown
  readonly cookie?: string
}

export interface OpenRoute {
  // oxlint-disable-next-line typescript/no-explicit-any -- the operation's own input flows through `answering`
  readonly operation: OpenOperation<any>
  // The border: the input was read by the operation, the caller checked against its access.
  answer(input: unknown, request: Request<unknown>): Promise<Answer>
}

const answering =
  <Who>() =>
  <Input>(
    operation: OpenOperation<Input>,
    answer: (input: Input, request: Request<Who>) => Promise<Answer>,
  ): OpenRoute => ({ operation, answer })

const forAnyone = answering<null>()
const forLane = answering<OpenCaller>()
const forPerson = answering<Caller>()

export interface OpenServices {
  readonly programs: Programs
  readonly people: People
  readonly sessions: OpenSessions
  readonly accessTokens: AccessTokens
  readonly rooms: Rooms
  readonly clock: Clock
  onlineUsers(after: string): Promise<readonly PublicUser[]>
  /** Somebody hides, or shows himself, whether or not he is there. */
  presenceBecame(presence: OpenUser['presence'], user: OpenUser): void
}

const tokenDaysDefault = 90
const time = (ms: number): string => new Date(ms).toISOString()

/** A list as it is, or as an object with it, as other programs read one. */
const inFormat = (
  format: ListFormat | undefined,
  name: 'users' | 'rooms',
  list: readonly unknown[],
): unknown => (format === 'object' ? { [name]: list } : list)

const done: Answer = { body: { success: true } }

/** Every REST operation and what answers it. */
export const openRoutes = (services: OpenServices): readonly OpenRoute[] => {
  const { programs, people, sessions, accessTokens, rooms, clock } = services
  return [
    forAnyone(o.register, async ({ username, password, public_key: key, invite }, asker) => {
      const wanted = { username, password, publicKey: key ?? undefined, invite: invite ?? null }
      const user = publicUser(await programs.register(wanted, asker))
      const message = 'Account created'
      const { public_key, public_key_pem } = user
      return { body: { success: true, message, ...(key ? { public_key, public_key_pem } : {}) } }
    }),
    forAnyone(o.login, async ({ username, password }, asker) => {
      const { isSecure } = asker
      const user = await programs.logIn(username, password, asker)
      const { token, expiresMs } = await sessions.open(user)
      const { username: name, public_key, public_key_pem } = publicUser(user)
      return {
        body: { success: true, token, user: { username: name, public_key, public_key_pem } },
        cookie: sessionCookie(token, isSecure, expiresMs - clock.nowMs()),
      }
    }),
    forLane(o.logout, async (_input, { caller, isSecure }) => {
      await sessions.end(caller)
      return { ...done, cookie: noCookie(isSecure) }
    }),

    forLane(o.me, async (_input, { caller }) => {
      const { user, scopes, expiresMs } = caller
      const { kind, presence } = user
      return { body: { ...publicUser(user), kind, presence, scopes, expires_at: time(expiresMs) } }
    }),
    forLane(o.setKey, async ({ public_key, username }, { caller }) => {
      checkIdentity(username, caller.user.name)
      return { body: await people.setKey(caller.user, public_key) }
    }),
    forLane(o.setPresence, async ({ presence }, { caller }) => {
      await people.setPresence(caller.user, presence)
      if (presence !== caller.user.presence) services.presenceBecame(presence, caller.user)
      return { body: { presence } }
    }),
    forLane(o.onlineUsers, async ({ after, format }) => ({
      body: inFormat(format, 'users', await services.onlineUsers(after ?? '')),
    })),
    forLane(o.publicKey, async ({ name }) => ({ body: await people.keyOf(name) })),
    forLane(o.users, async ({ after, format }) => ({
      body: inFormat(format, 'users', await people.page(after ?? '')),
    })),

    forLane(o.rooms, async ({ after, format }, { caller }) => ({
      body: inFormat(format, 'rooms', await rooms.visibleTo(caller.user, after ?? 0)),
    })),
    forLane(o.createRoom, async ({ name, description, is_private }, { caller }) => {
      const wanted = {
        name: name ?? '',
        description: description ?? '',
        isPrivate: is_private ?? false,
      }
      const room = await rooms.create(caller.user, wanted)
      return { body: { success: true, room_id: room.id, name: room.name } }
    }),
    forLane(o.roomMembers, async ({ room_id, after, format }, { caller }) => {
      const members = await rooms.members(caller.user, room_id)
      return { body: inFormat(format, 'users', await people.among(members, after ?? '', 'all')) }
    }),
    forLane(o.inviteToRoom, async ({ room_id, username }, { caller }) => {
      await rooms.invite(caller.user, room_id, await people.named(username))
      return done
    }),

    forPerson(o.createToken, async ({ name: label, scopes, days }, { caller }) => {
      const made = await accessTokens.create(caller, { label, scopes, days: days ?? tokenDaysDefault })
      return { body: { id: made.id, token: made.token, expires_at: time(made.expiresMs) } }
    }),
    forPerson(o.tokens, async (_input, { caller }) => ({
      body: (await accessTokens.list(caller)).map(({ id, label, scopes, createdMs, expiresMs }) => ({
        id,
        name: label,
        scopes,
        created_at: time(createdMs),
        expires_at: time(expiresMs),
      })),
    })),
    forPerson(o.revokeToken, async ({ id }, { caller }) => {
      await accessTokens.revoke(caller, id)
      return done
    }),
  ]
}
