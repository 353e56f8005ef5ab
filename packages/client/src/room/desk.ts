import type { Acknowledgement, FailureCode } from '@sotto/protocol'
import type { RecordedItem } from '../timeline/record.ts'
import type { Known, Wanted } from '../timeline/project.ts'
import type { Asked } from './attempt.ts'
import type { OpenedEntry, Past } from './entry.ts'
import type { RoomState } from './state.ts'
import type { Step, Told } from './step.ts'
import type { Use } from './uses.ts'

/** A page of the log that is to be read. */
export interface Reading {
  readonly entries: readonly OpenedEntry[]
  /** The server's signature over the newest entry that it has told of. */
  readonly ack: Acknowledgement
  /** What the store knows of earlier entries that these refer to. */
  readonly past: Past
  readonly asked: Asked
  /** What the store knows of messages that the entries turn out to be about. */
  lookUp(wanted: Wanted): Promise<Known>
  /** Resolves when everything else that waits has had its turn: a long page asks for it now and then. */
  turn(): Promise<void>
}

/** The page while it is being read: what changes from entry to entry. */
export interface Desk {
  room: RoomState
  readonly reading: Reading
  /** First halves of the hashes of the entries read. */
  readonly anchors: Map<number, Uint8Array>
  /** Of ids of messages. */
  readonly uses: Map<string, readonly Use[]>
  readonly consumed: Uint8Array[]
  readonly told: Told[]
}

/** How an entry ended. */
export type Ending =
  | { readonly kind: 'passed'; readonly items: readonly RecordedItem[] }
  | Extract<Step, { kind: 'needs' }>
  | { readonly kind: 'stopped'; readonly code: FailureCode; readonly rule: string | null }

export const passed = (...items: readonly RecordedItem[]): Ending => ({ kind: 'passed', items })
export const unreadable: Ending = passed({ kind: 'unreadable' })
export const missed = (why: 'own' | 'absent'): Ending => passed({ kind: 'missed', why })
export const stopped = (code: FailureCode, rule: string | null = null): Ending => ({
  kind: 'stopped',
  code,
  rule,
})

export const secondsOf = (timeMs: number): number => Math.floor(timeMs / 1000)
