import type { Acknowledgement, SottoError } from '@sotto/protocol'
import type { Cell } from '../cell.ts'
import type { Line } from './line.ts'
import type { Reader } from './reader.ts'
import type { Runner } from './runner.ts'
import type { SendingSession } from './sending.ts'
import type { RoomState } from './state.ts'
import type { Tools } from './tools.ts'

/** What sending is given by the room that it is for. */
export interface SenderDeps {
  readonly tools: Tools
  readonly line: Line
  readonly runner: Runner
  readonly reader: Pick<Reader, 'hint' | 'freeze' | 'fetch' | 'anchor'>
  readonly session: Cell<SendingSession>
  /** Nothing is sent for this long. */
  holdBack(delayMs: number): void
  /** There is no space for messages: none is sent for this long. What ends something is. */
  crowdedOut(delayMs: number): void
  /** Refused for being too fast, by the server. */
  slowDown(): void
  /** The message stands differently now. */
  told(message: Uint8Array): void
  proceed(): void
  /** Of those who were to be brought in together so many are tried next. */
  divided(count: number): void
  /** Why the room that was to be created will not be; it is gone with the next step. */
  notCreated(failure: SottoError): void
  leaveRefused(failure: SottoError): void
}

/** What each way of sending is given beside `SenderDeps`. */
export interface SendContext extends SenderDeps {
  /** @throws SottoError `integrity` for an acknowledgement that the server has not signed */
  verified(ack: Acknowledgement): Promise<Acknowledgement>
  /** Holds the log to what the server has signed: what was acknowledged must stand where it was said to. */
  checkPromises(room: RoomState): void
}
