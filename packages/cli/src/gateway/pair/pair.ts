import type { Desk, Desks } from '../desks.ts'
import type { Dialect, HttpAnswer, HttpQuestion } from '../dialect.ts'
import { jsonAnswer } from '../http.ts'
import { GatewayRefusal } from '../refusal.ts'
import type { OaepHash } from './oaepHash.ts'
import { type Shared, welcome } from './guest.ts'
import { makeHabits } from './habits.ts'
import { type Linger, makeLinger } from './linger.ts'
import { readProgramKey, writeKey } from './programKey.ts'
import { makePrograms } from './programs.ts'
import { makeRecipientKeys } from './recipientKeys.ts'
import { recipientsOf } from './recipients.ts'

const makeRegister =
  ({ desks, programs, habits }: Shared, linger: Linger) =>
  async ({ body }: HttpQuestion): Promise<HttpAnswer> => {
    const { username, public_key: given } = (body ?? {}) as Readonly<Record<string, unknown>>
    if (typeof username !== 'string')
      throw new GatewayRefusal('PAYLOAD_INVALID', 'register wants {username, public_key}', 'username')
    const key = await readProgramKey(given)
    const { desk, leave } = await desks.enter({ name: username, seat: 'shared' })
    linger(desk.name, leave)
    habits.registered(username, key.form)
    await programs.register(desk.name, key)
    const message = `${desk.name} is registered here`
    return jsonAnswer(201, { success: true, message, username: desk.name, public_key: given })
  }

/** Whoever asks before anybody has come is answered as the first account of the profile. */
const laneToAsk = async (desks: Desks, linger: Linger): Promise<Desk['lane'] | undefined> => {
  const open = await desks.anyLane()
  if (open) return open
  const [name] = await desks.accounts()
  if (name === undefined) return undefined
  const { desk, leave } = await desks.enter({ name, seat: 'shared' })
  linger(desk.name, leave)
  return desk.lane
}

/** The lists that old programs know of, by `format`. */
const formatted = (format: string | null, people: ReadonlyMap<string, string>): unknown => {
  const list = [...people].map(([username, public_key]) => ({ username, public_key }))
  switch (format) {
    case null:
      return Object.fromEntries(people)
    case 'list':
      return list
    case 'object':
      return { users: list }
    default:
      throw new GatewayRefusal('PAYLOAD_INVALID', 'format is list or object', 'format')
  }
}

const makeUsers =
  ({ desks, keys, habits }: Shared, linger: Linger) =>
  async ({ query }: HttpQuestion): Promise<HttpAnswer> => {
    const lane = await laneToAsk(desks, linger)
    const names = lane ? await recipientsOf(lane, query.get('username')) : []
    const found = await keys.publicKeysOf(names)
    const form = habits.keyForm()
    const people = [...found].flatMap(([name, key]) =>
      habits.spellingsOf(name).map((spelling) => [spelling, writeKey(key, form)] as const),
    )
    return jsonAnswer(200, formatted(query.get('format'), new Map(people)))
  }

/**
 * The dialect of the two old terminal programs, a sender and a receiver, which encrypt with RSA and AES-CBC themselves. The
 * sender asks for the key of his recipient, and gets one that the gateway has made for it: so the gateway, on the machine of
 * the sender, can open what he has encrypted, and seal it anew for the lane. To the receiver it encrypts with his own key.
 */
export const pair = (desks: Desks, oaepHash: OaepHash | undefined): Dialect => {
  const shared: Shared = {
    desks,
    keys: makeRecipientKeys(),
    programs: makePrograms(),
    habits: makeHabits(oaepHash),
  }
  const linger = makeLinger()
  return {
    routes: [
      { method: 'POST', path: '/register', access: 'token', answer: makeRegister(shared, linger) },
      { method: 'GET', path: '/users', access: 'token', answer: makeUsers(shared, linger) },
    ],
    welcome: (socket) => welcome(socket, shared),
  }
}
