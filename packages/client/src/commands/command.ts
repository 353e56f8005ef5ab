import type { Provider } from '@sotto/mls'
import type { RegistrationMode } from '@sotto/protocol'
import type { Blocks } from '../account/blocks.ts'
import type { Call, Contacts } from '../account/contacts.ts'
import type { LeafOwner } from '../account/leafMaking.ts'
import type { Notes } from '../account/notes.ts'
import type { OpenRoom } from '../openRoom/openRoom.ts'
import type { Scheduler } from '../ports/scheduler.ts'
import type { Store } from '../ports/store.ts'
import type { Joining } from '../room/enter.ts'
import type { Line } from '../room/line.ts'
import type { Tools } from '../room/tools.ts'
import type { Rooms } from '../sync/rooms.ts'
import type { SenderOf } from '../timeline/view.ts'
import type { VerifiedMarks } from '../verification/marks.ts'
import type { Input } from './input.ts'

/** How an account comes onto this device, and off it again. */
export interface Entrance {
  registrationMode(): Promise<RegistrationMode>
  register(input: {
    readonly name: string
    readonly password: string
    readonly invite?: string | undefined
  }): Promise<void>
  login(input: { readonly name: string; readonly password: string }): Promise<void>
  logout(input: { readonly forget: boolean }): Promise<void>
}

/** What a command finds in a client that has not ended. */
export interface ClientScope {
  readonly entrance: Entrance
  readonly notes: Notes
  readonly call: Call
}

/** What a command finds where there is an account. */
export interface AccountScope {
  readonly store: Store
  readonly provider: Provider
  readonly scheduler: Scheduler
  readonly tools: Tools
  readonly rooms: Rooms
  readonly contacts: Contacts
  readonly blocks: Blocks
  readonly verified: VerifiedMarks
  readonly openRoom: OpenRoom
  readonly line: Line
  readonly call: Call
  readonly senderOf: SenderOf
  timeMs(): number
  newId(): Uint8Array
  leafOwner(): Promise<LeafOwner>
  /** Waits for a line that is on its way. @throws SottoError `offline` where there is none */
  connected(): Promise<void>
  /** Takes an invitation, or a place in the open room. @throws SottoError */
  enter(room: string, phase: Joining['phase']): Promise<void>
  /** Lets go of rooms that another one continues. */
  endContinued(): Promise<void>
}

/** By what a command needs. `session`: an account whose session goes on. */
export interface Scopes {
  readonly client: ClientScope
  readonly account: AccountScope
  readonly session: AccountScope
}

/** What a view can ask for: one plain object in, plain data out, or a SottoError. */
export type Asked<I extends object = never, O = unknown> = (input: I) => Promise<O>

/** One thing that a client can be asked for: what it needs, what it is told, and what it does. */
export interface Command<N extends keyof Scopes, A extends Asked> {
  readonly needs: N
  readonly input: Input<Parameters<A>[0]>
  run(scope: Scopes[N], input: Parameters<A>[0]): ReturnType<A>
}

type Definition<N extends keyof Scopes, A extends Asked> = Omit<Command<N, A>, 'needs'>

export const ofClient = <A extends Asked>(definition: Definition<'client', A>): Command<'client', A> => ({
  needs: 'client',
  ...definition,
})

export const ofAccount = <A extends Asked>(definition: Definition<'account', A>): Command<'account', A> => ({
  needs: 'account',
  ...definition,
})

export const ofSession = <A extends Asked>(definition: Definition<'session', A>): Command<'session', A> => ({
  needs: 'session',
  ...definition,
})
