import type { Acknowledgement } from '@sotto/protocol'
import type { Call } from '../account/contacts.ts'
import type { LogWitness } from './judge.ts'

/** The way to the server, as rooms see it. */
export interface Line {
  isOnline(): boolean
  /** Whether it is known what has happened to those in the rooms before the line was there. */
  isSynced(): boolean
  /** One message over the live lane. @throws SottoError with the server's code, `offline`, `timeout` */
  submit(room: Uint8Array, message: Uint8Array): Promise<Acknowledgement>
  readonly call: Call
  witness(): LogWitness
}
