import type { NewHook } from '@sotto/client'

/** What stands beside golden data: the words, ids and secrets that a test needs to go on with them. All secrets are of tests. */
export interface Golden {
  /** The commit whose build has written them. */
  readonly commit: string
  /** When they were written: everything in them that ends, ends some time after this. */
  readonly writtenMs: number
  /** At which the server listened: profiles belong to its address. */
  readonly port: number
  /** Of every account. */
  readonly password: string
  readonly rooms: { readonly general: string; readonly plans: string; readonly later: string }
  /** The texts of people in each room, in the order of the log, as far as the server has them. */
  readonly texts: { readonly general: readonly string[]; readonly plans: readonly string[] }
  /** Those at the end of General that Bob's device has not received yet. */
  readonly unseenByBob: readonly string[]
  /** What stands in Bob's outbox for General: written while the server was away. */
  readonly outboxOfBob: string
  readonly draftOfAlice: string
  /** A hook of General that posts, and what it has posted. */
  readonly hook: NewHook
  readonly posted: readonly string[]
  /** A hook of General that reads: what was handed out to it waits at the server. */
  readonly reader: NewHook
  readonly readerWaits: number
  /** Of Alice, for programs. */
  readonly accessToken: string
  /** A key with which somebody may register, by invitation. */
  readonly inviteKey: string
  readonly lane: {
    readonly room: string
    /** What the program `robot` has received, and what waits for it. */
    readonly received: readonly string[]
    readonly waiting: readonly string[]
    readonly waitingInRoom: readonly string[]
  }
}
