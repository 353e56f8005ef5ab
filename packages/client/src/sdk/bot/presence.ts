import { failures, SottoError } from '@sotto/protocol'
import type { Client, ClientState, RoomView } from '../../view.ts'
import { signInAs } from '../sotto.ts'
import type { BotTrouble } from './handling.ts'
import type { BotMemory } from './memory.ts'
import { backoffMs, type Patience } from './patience.ts'

/** Whose invitations a bot accepts by itself; others wait for its operator. */
export type BotInvitations = 'everyone' | readonly string[]

export interface PresenceDeps {
  readonly client: Client
  readonly name: string
  readonly memory: BotMemory
  readonly patience: Patience
  readonly invitations: BotInvitations
  /** The room has turned out to be one that it was to enter. */
  entered(room: string): void
  trouble(trouble: BotTrouble): void
  fail(error: unknown): void
}

/** Keeps the bot signed in and lets it into the rooms it is invited to: with every new state, what that asks for. */
export interface Presence {
  /** Goes on with what the last run did not finish. */
  begin(state: ClientState): void
  look(state: ClientState): void
  /** Resolves when it is known whether the bot stays in a room that it is entering. */
  settled(room: string): Promise<void>
  rest(): Promise<void>
}

const itemsPerPage = 200
const retryFirstMs = 1000
const retryMaxMs = 60_000

/** Whether another try may succeed without anybody doing anything. */
const mayPass = (error: unknown): boolean =>
  error instanceof SottoError && (failures[error.code].exit === 9 || failures[error.code].exit === 10)

const isCode = (error: unknown, code: SottoError['code']): boolean =>
  error instanceof SottoError && error.code === code

const waitOf = (error: unknown): number => {
  const asked = error instanceof SottoError ? error.detail['retryAfterMs'] : undefined
  return typeof asked === 'number' && Number.isFinite(asked) ? asked : 0
}

export const presenceOf = (deps: PresenceDeps): Presence => {
  const { client, name, memory, patience, invitations } = deps
  /** Rooms that it waits to be brought into, and has not been able to compare. */
  const unsettled = new Set<string>()
  let signingIn: Promise<void> | null = null
  const accepting = new Map<string, Promise<void>>()
  /** Invitations that were tried, by the time that tells a second one from the first. */
  const tried = new Map<string, number>()

  /** A session ends after some hours without a line; the password is in the bot's memory. */
  const signIn = async (): Promise<void> => {
    for (let attempt = 0; !patience.isOver(); attempt++) {
      try {
        return await signInAs(client, { name, password: await memory.password() })
      } catch (error) {
        if (!mayPass(error)) return deps.fail(error)
        deps.trouble({ kind: 'session', error })
        await patience.wait(Math.max(waitOf(error), backoffMs(attempt, retryFirstMs, retryMaxMs)))
      }
    }
  }

  const isWelcome = ({ state }: RoomView): boolean =>
    state.kind === 'invited' &&
    (invitations === 'everyone' || (state.inviter !== null && invitations.includes(state.inviter)))

  /**
   * Before it is accepted, only the server says whose invitation it is; afterwards the keys of the room do. Until that
   * has been compared, nothing is read or said there, also by a run that comes after a crash in between.
   */
  const check = async (room: string): Promise<void> => {
    const state = client.state().rooms.find(({ id }) => id === room)?.state.kind
    const by = await inviterBy(room)
    // It has lost the keys of its invitation and waits to be brought in: then it is known by whom.
    if (by === null && (state === 'joining' || state === 'repairing')) return void unsettled.add(room)
    if (by !== null && (invitations === 'everyone' || invitations.includes(by))) {
      await memory.setDoubted(room, false)
      return deps.entered(room)
    }
    const error = new SottoError('integrity', 'the server has said that somebody else invites')
    deps.trouble({ kind: 'invitation', room, error })
    await client.leave({ room })
  }

  /** Who has brought the bot in last, by the keys of the room. */
  const inviterBy = async (room: string): Promise<string | null> => {
    for (let before: number | undefined; ;) {
      const query = { room, limit: itemsPerPage, ...(before === undefined ? {} : { before }) }
      const { items, more } = await client.timeline(query)
      const arrival = items.findLast(
        (item) => item.kind === 'event' && item.event.kind === 'added' && item.event.name === name,
      )
      if (arrival?.kind === 'event') return arrival.actor.name
      before = items.find(({ seq }) => seq !== null)?.seq ?? undefined
      if (!more || before === undefined) return null
    }
  }

  const accept = async (room: string): Promise<void> => {
    for (let attempt = 0; !patience.isOver(); attempt++) {
      try {
        if (invitations === 'everyone') return await client.accept({ room })
        await memory.setDoubted(room, true)
        await client.accept({ room })
        return await check(room)
      } catch (error) {
        if (!mayPass(error)) {
          deps.trouble({ kind: 'invitation', room, error })
          // Under a false name: whoever it was need not wait.
          return isCode(error, 'identity_changed') ? client.decline({ room }) : undefined
        }
        await patience.wait(Math.max(waitOf(error), backoffMs(attempt, retryFirstMs, retryMaxMs)))
      }
    }
  }

  const lookAtInvitations = ({ rooms }: ClientState): void => {
    for (const room of rooms) {
      if (room.state.kind !== 'invited' || !isWelcome(room)) continue
      if (accepting.has(room.id) || tried.get(room.id) === room.state.timeMs) continue
      tried.set(room.id, room.state.timeMs)
      underWay(room.id, accept(room.id))
    }
  }

  const isEntered = ({ state }: RoomView): boolean => state.kind !== 'invited' && state.kind !== 'joining'
  const resume = async (room: string): Promise<void> => {
    try {
      if (await memory.isDoubted(room)) await check(room)
    } catch (error) {
      deps.trouble({ kind: 'invitation', room, error })
    }
  }
  const underWay = (room: string, work: Promise<void>): void =>
    void accepting.set(
      room,
      work.finally(() => accepting.delete(room)),
    )

  const lookAtUnsettled = ({ rooms }: ClientState): void => {
    for (const room of rooms)
      if (room.state.kind === 'active' && unsettled.delete(room.id)) underWay(room.id, resume(room.id))
  }

  return {
    begin: ({ rooms }) => {
      for (const room of rooms.filter(isEntered)) underWay(room.id, resume(room.id))
    },
    look: (state) => {
      if (patience.isOver()) return
      if (state.account.kind === 'signed_out') signingIn ??= signIn().finally(() => (signingIn = null))
      lookAtUnsettled(state)
      if (state.connection.kind === 'online') lookAtInvitations(state)
    },
    settled: async (room) => accepting.get(room),
    rest: async () => {
      await Promise.all([signingIn, ...accepting.values()])
    },
  }
}
