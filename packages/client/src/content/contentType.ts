import type { CborValue } from '@sotto/protocol'
import type { Draft } from '../draft/draft.ts'
import type { Desk, Ending } from '../room/desk.ts'
import type { Tools } from '../room/tools.ts'
import type { Mark } from '../timeline/marks.ts'
import type { RecordedItem } from '../timeline/record.ts'
import type { Target } from '../timeline/target.ts'
import type { SenderView } from '../view.ts'

/** The fields of a content beside type, salt and time. */
export type ContentFields = Readonly<Record<string, CborValue | undefined>>

export interface ContentBase {
  readonly kind: string
  readonly writtenMs: number
}

export type ReceivedMessage = Omit<Extract<RecordedItem, { kind: 'message' }>, 'kind'>

/** What an entry with such a content does to the room. */
export type Receive<C> = (
  tools: Tools,
  desk: Desk,
  message: ReceivedMessage,
  content: C,
  timeMs: number,
) => Promise<Ending>

/** The bytes of a content that is said now. @throws SottoError why it cannot be said */
export type Encode = (salt: Uint8Array, writtenMs: number) => Uint8Array

/**
 * One type of content: how it is read, what it is called where there is one line for it, and what it does. It stands in
 * the timeline as an item of its own, unless it says otherwise.
 */
export interface ContentType<C extends ContentBase, Added extends object = object> {
  /** `t` on the wire. */
  readonly kind: C['kind']
  /** Undefined for what is not of this form: it is kept as unsupported. */
  read(fields: ContentFields, writtenMs: number): C | undefined
  /** One line; empty where there is nothing to show. */
  summary(content: C): string
  /** Clients tell it each other; people never see it. */
  readonly isHidden?: true
  /** Of a content that says something of another message: it is shown with that one instead of by itself. */
  target?(content: C): Target | undefined
  /** What a message shows beside its text, folded from all that was said of it. */
  added?(marks: readonly Mark[], senderOf: (account: Uint8Array) => SenderView): Added
  /** How a draft becomes such a content; undefined for one that says something else. */
  drafted?(draft: Draft): Encode | undefined
  /** Default: it becomes an item. */
  readonly receive?: Receive<C>
}
