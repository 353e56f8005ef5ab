import { botCommands } from './botCommands/botCommands.ts'
import type { Mark } from '../timeline/marks.ts'
import type { SenderView } from '../view.ts'
import type { ContentBase, ContentType } from './contentType.ts'
import { hookKeys } from './hookKeys/hookKeys.ts'
import { react } from './react/react.ts'
import { text } from './text/text.ts'

/** The types of content: one folder and one line here for each. */
const types = [text, hookKeys, botCommands, react] as const

type ContentOf<T> = T extends ContentType<infer C> ? C : never
export type KnownContent = ContentOf<(typeof types)[number]>

type Intersected<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer A) => void
  ? A
  : never
type AddedBy<T> = T extends ContentType<infer _C, infer A> ? A : never
/** What types of content add to the messages that they are about. */
export type Additions = Intersected<AddedBy<(typeof types)[number]>>

/** As whoever looks a type up by what was read uses it. */
export type AnyContentType = ContentType<ContentBase>
export const contentTypes = types as readonly unknown[] as readonly AnyContentType[]

const byKind = new Map(contentTypes.map((one) => [one.kind, one]))
/** What a message shows beside its text, by what was said of it. */
export const additionsOf = (
  marks: readonly Mark[],
  senderOf: (account: Uint8Array) => SenderView,
): Additions => Object.assign({}, ...contentTypes.map(({ added }) => added?.(marks, senderOf))) as Additions

/** Undefined for a type of a later version. */
export const contentTypeOf = (kind: string): AnyContentType | undefined => byKind.get(kind)
