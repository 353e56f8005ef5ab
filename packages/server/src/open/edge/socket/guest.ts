import type { OpenCaller } from '../../accounts/sessions.ts'
import type { OpenRefusal } from '../../failure.ts'
import type { Door } from '../door.ts'

/** Whoever is at one socket, for whatever is done about it. */
export interface Guest {
  /** As the session was when it was last looked up, and when that was. */
  caller: OpenCaller
  renewedMs: number
  readonly address: string
  readonly door: Door
  /** Says why, and lets go of the socket. */
  close(refusal: OpenRefusal): void
}
