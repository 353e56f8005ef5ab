import type { InputOf, Operation, OutputOf } from '@sotto/protocol'
import type { Caller } from '../authentication/sessions.ts'
import type { DeviceCaller } from '../directory/keyPackages.ts'

/** What a handler is given: the operation's input, parsed, and who asks. */
export interface Asked<Input, Who> {
  readonly input: Input
  readonly caller: Who
  /** What attempts are counted by. */
  readonly address: string
  /** Aborts when the client has gone or the server is closing. */
  readonly signal: AbortSignal
}

// oxlint-disable-next-line typescript/no-explicit-any -- the operation's own types flow through InputOf and OutputOf
type AnyOperation = Operation<any, any, any>

/** An operation with what answers it. */
export interface Route {
  readonly operation: AnyOperation
  // The border: what goes in was parsed by the operation, what comes out is written by it.
  answer(asked: Asked<unknown, Caller | null>): Promise<unknown>
}

type Answer<O, Who> = (asked: Asked<InputOf<O>, Who>) => Promise<OutputOf<O>>

const route =
  <Who>(access: AnyOperation['access']) =>
  <O extends AnyOperation>(operation: O, answer: Answer<O, Who>): Route => {
    if (operation.access !== access) throw new Error(`${operation.name} is open to ${operation.access}`)
    return { operation, answer: answer as Route['answer'] }
  }

/** Routes by who may ask; that the caller is of this kind has been checked before the handler is called. */
export const forAnyone = route<null>('anyone')
export const forAccount = route<Caller>('account')
export const forDevice = route<DeviceCaller>('device')
