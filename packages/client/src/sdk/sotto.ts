import { normalizeName, SottoError } from '@sotto/protocol'
import type { AccountView, Client, InviteOutcome, MemberView, OpenRoomView, RoomView } from '../view.ts'
import { openWaits } from '../waits.ts'
import { type Deliveries, deliveriesOf, type Delivered } from './deliveries.ts'
import { type EventDesk, eventDeskOf } from './eventDesk.ts'
import { type HistoryOptions, type HistoryPage, readHistory } from './history.ts'
import { joinOpenRoom } from './joining.ts'
import { isOver } from './reading.ts'

/** A message that is on its way. */
export interface Sent {
  readonly id: string
  /**
   * Resolves when the server has it, however long that takes. Rejects with a `SottoError` when it is refused; it is not
   * in the outbox any more then. `closed` says that the client was closed first: the next run of the program sends it.
   */
  readonly delivered: Promise<Delivered>
}

/**
 * A client for programs: what a `Client` can do, with rooms by their names, typed events, and promises for what is
 * under way. It adds no behaviour of its own; `client` is there for everything else.
 *
 * Rooms are given by their id or, where only one has it, by their name. Every failure is a `SottoError`, and its `code`
 * is one of a closed union.
 *
 * @example
 * ```ts
 * const sotto = await openSotto({ profile: 'alice', server: 'http://localhost:5000', name: 'alice', password })
 * sotto.on('message', ({ sender, text }) => console.log(`${sender.name}: ${text}`))
 * const { delivered } = await sotto.send('General', 'Hello')
 * await delivered
 * await sotto.close()
 * ```
 */
export interface Sotto {
  /** Listens to one kind of event. @returns a function that ends listening */
  readonly on: EventDesk['on']
  /** Who this is: no account, signed out, or signed in. */
  account(): AccountView
  /** The rooms of this account and invitations to others, newest activity first. */
  rooms(): readonly RoomView[]
  /** @throws SottoError `room_unknown`; `bad_request` where several rooms have the name */
  room(nameOrId: string): RoomView
  members(room: string): Promise<readonly MemberView[]>
  /**
   * Sends a text (Markdown, `limits.textBytesMax` bytes). Resolves when it is stored on this device: from then on it is
   * sent, also by the next run of the program.
   *
   * @throws SottoError `not_member`, `room_frozen`, `identity_changed`, `too_large`, `rate` when too many wait
   */
  send(room: string, text: string): Promise<Sent>
  /**
   * Says something about a message with one emoji, or takes that back with `isOn: false`. Resolves when it is stored on
   * this device.
   *
   * @throws SottoError `bad_request` for what is not one emoji, `not_found` for what is no message, `not_member`, `rate`
   */
  react(room: string, id: string, emoji: string, options?: { readonly isOn?: boolean }): Promise<void>
  /** Messages as this device has them, a page at a time. @throws SottoError `not_found` for a message that is not there */
  history(room: string, options?: HistoryOptions): Promise<HistoryPage>
  /**
   * With `isOpen` the new room is the open room of the server: whoever has an account may come in, and the server knows
   * its name.
   *
   * @returns the id of the new room. @throws SottoError `offline`, `title_invalid`, `open_room_taken` {name}
   */
  createRoom(name: string, options?: { readonly isOpen?: boolean }): Promise<string>
  /** The open room of the server; null where it has none. @throws SottoError `offline` */
  openRoom(): Promise<OpenRoomView | null>
  /**
   * Comes into the open room of the server, given by its name or id, and resolves with its id when this account is in it:
   * as soon as a device of a member is online, however long that takes. Asked for once, it goes on in the next run.
   *
   * @throws SottoError `room_unknown` where it is not the open room, `closed`
   */
  joinRoom(nameOrId: string): Promise<string>
  /** @throws SottoError `name_unknown`, `already_member`, `already_invited`, `room_full`, `key_package_unavailable`, `policy` */
  invite(room: string, name: string): Promise<void>
  /**
   * Invites several people at once, which costs a large room much less than one after the other. What is refused of one
   * does not keep the others out: see the `failure` of each.
   *
   * @throws SottoError `room_frozen`, `not_member`, `too_large`
   */
  inviteAll(room: string, names: readonly string[]): Promise<readonly InviteOutcome[]>
  /** Accepts an invitation: its room has no name before. @throws SottoError `not_found`, `policy`, `offline` */
  accept(room: string): Promise<void>
  /** The room stays on this device, to be read. `last_owner` where nobody else could change it any more. */
  leave(room: string): Promise<void>
  /** Erases a room that the account is not in any more from this device. `bad_request` for one that it is in. */
  deleteRoom(room: string): Promise<void>
  /** Stores what is under way and lets the profile go. Whatever is asked for still or later rejects with `closed`. */
  close(): Promise<void>
  readonly client: Client
}

/** The façade of a client, wherever that runs: in this process, in a worker, in another tab. */
export const sottoOf = (client: Client): Sotto => {
  const desk = eventDeskOf(client)
  const deliveries = new Map<string, Promise<Deliveries>>()

  const room: Sotto['room'] = (nameOrId) => {
    const { rooms } = client.state()
    const byId = rooms.find(({ id }) => id === nameOrId)
    if (byId) return byId
    // A room that goes on in another one has its name: who says it means the one that goes on.
    const named = rooms.filter(({ name }) => name === nameOrId && name !== '')
    const there = named.filter((one) => !isOver(one))
    const [found, ...others] = there.length > 0 ? there : named
    if (!found) throw new SottoError('room_unknown', `there is no room ${nameOrId} on this device`)
    if (others.length > 0) throw new SottoError('bad_request', `several rooms are called ${nameOrId}`)
    return found
  }

  const deliveriesIn = (id: string): Promise<Deliveries> => {
    const known = deliveries.get(id)
    if (known) return known
    const opened = deliveriesOf(client, id)
    deliveries.set(id, opened)
    opened.catch(() => deliveries.delete(id))
    return opened
  }

  const waits = openWaits()
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    const closed = new SottoError('closed')
    desk.close()
    waits.end(closed)
    for (const opened of deliveries.values())
      opened.then(
        ({ end }) => end(closed),
        () => {},
      )
    await client.close()
  }

  return {
    client,
    on: desk.on,
    account: () => client.state().account,
    rooms: () => client.state().rooms,
    room,
    members: (name) => waits.until(async () => client.members({ room: room(name).id })),
    send: (name, text) =>
      waits.until(async () => {
        const { send } = await deliveriesIn(room(name).id)
        const { stored, delivered } = send(text)
        // Whoever does not ask what became of it must not be ended by it.
        delivered.catch(() => {})
        return { id: await stored, delivered }
      }),
    react: (name, id, emoji, options = {}) =>
      waits.until(async () => void (await client.react({ room: room(name).id, id, emoji, ...options }))),
    history: (name, options = {}) => waits.until(async () => readHistory(client, room(name).id, options)),
    createRoom: (name, options = {}) =>
      waits.until(async () => (await client.createRoom({ name, ...options })).room),
    openRoom: () => waits.until(async () => client.findOpenRoom({})),
    joinRoom: (nameOrId) => waits.until(async () => joinOpenRoom(client, nameOrId)),
    invite: (name, person) => waits.until(async () => client.invite({ room: room(name).id, name: person })),
    inviteAll: (name, names) => waits.until(async () => client.inviteAll({ room: room(name).id, names })),
    accept: (name) => waits.until(async () => client.accept({ room: room(name).id })),
    leave: (name) => waits.until(async () => client.leave({ room: room(name).id })),
    deleteRoom: (name) => waits.until(async () => client.deleteRoom({ room: room(name).id })),
    close: () => (closing ??= close()),
  }
}

/** Who a program is: with a name and a password an account is made, or signed in to. */
export interface Credentials {
  readonly name: string
  readonly password: string
  /** For an account that is made on a server that takes new ones by invitation only. */
  readonly invite?: string | undefined
}

/**
 * Makes the account where the profile has none, signs in where its session has ended, and leaves it alone otherwise.
 *
 * @throws SottoError `account_exists` when the profile has the account of another name, and what `register` and `login` throw
 */
export const signInAs = async (client: Client, credentials: Credentials): Promise<void> => {
  const { account } = client.state()
  if (account.kind !== 'none' && account.name !== normalizeName(credentials.name))
    throw new SottoError('account_exists', `the account of this profile is ${account.name}`)
  switch (account.kind) {
    case 'none':
      return client.register(credentials)
    case 'signed_out':
      return client.login(credentials)
    case 'signed_in':
  }
}
