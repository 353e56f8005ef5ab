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
  trouble(trouble: BotTrouble): void
  fail(error: unknown): void
}

/** Keeps the bot signed in and lets it into the rooms it is invited to: with every new state, what that asks for. */
export interface Presence {
  look(state: ClientState): void
  rest(): Promise<void>
}

const retryFirstMs = 1000
const retryMaxMs = 60_000

/** Whether another try may succeed without anybody doing anything. */
const mayPass = (error: unknown): boolean =>
  error instanceof SottoError && (failures[error.code].exit === 9 || failures[error.code].exit === 10)

const waitOf = (error: unknown): number => {
  const asked = error instanceof SottoError ? error.detail['retryAfterMs'] : undefined
  return typeof asked === 'number' && Number.isFinite(asked) ? asked : 0
}

export const presenceOf = (deps: PresenceDeps): Presence => {
  const { client, name, memory, patience, invitations } = deps
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

  /** Whom the server names as the inviter, the client compares with the keys of the room (CL-12). */
  const accept = async (room: string): Promise<void> => {
    for (let attempt = 0; !patience.isOver(); attempt++) {
      try {
        return await client.accept({ room })
      } catch (error) {
        if (!mayPass(error)) return refused(room, error)
        await patience.wait(Math.max(waitOf(error), backoffMs(attempt, retryFirstMs, retryMaxMs)))
      }
    }
  }

  const refused = async (room: string, error: unknown): Promise<void> => {
    deps.trouble({ kind: 'invitation', room, error })
    if (!(error instanceof SottoError) || error.code !== 'identity_changed') return
    // Whoever has invited under a false name need not wait.
    await client.decline({ room }).catch((later: unknown) => {
      deps.trouble({ kind: 'invitation', room, error: later })
    })
  }

  const lookAtInvitations = ({ rooms }: ClientState): void => {
    for (const room of rooms) {
      if (room.state.kind !== 'invited' || !isWelcome(room)) continue
      if (accepting.has(room.id) || tried.get(room.id) === room.state.timeMs) continue
      tried.set(room.id, room.state.timeMs)
      accepting.set(
        room.id,
        accept(room.id).finally(() => accepting.delete(room.id)),
      )
    }
  }

  return {
    look: (state) => {
      if (patience.isOver()) return
      if (state.account.kind === 'signed_out') signingIn ??= signIn().finally(() => (signingIn = null))
      if (state.connection.kind === 'online') lookAtInvitations(state)
    },
    rest: async () => {
      await Promise.all([signingIn, ...accepting.values()])
    },
  }
}
