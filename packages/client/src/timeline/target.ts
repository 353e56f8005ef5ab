import { type Content, isForPeople, type ReadContent } from '../content/content.ts'
import { contentTypeOf } from '../content/registry.ts'
import type { RecordedItem } from './record.ts'

/** What a content is about that says something of another message, and is shown with that one instead of by itself. */
export interface Target {
  /** `messageReference` of the other message: bound to this room, its author and its bytes. */
  readonly reference: Uint8Array
  /** Of what one account says of one message, the newest under each key holds. */
  readonly key: string
}

export type TargetOf = (said: ReadContent) => Target | undefined

export const targetOf: TargetOf = ({ content }) => contentTypeOf(content.kind)?.target?.(content)

/** Whether a content that is being sent is shown as an item: neither with another one, nor not at all. */
export const isItem = (content: Content): boolean =>
  isForPeople(content) && contentTypeOf(content.kind)?.target?.(content) === undefined

/** Whether an item has a place of its own in the timeline. */
export const standsAlone = (item: RecordedItem, about: TargetOf = targetOf): boolean =>
  item.kind !== 'message' || about(item.said) === undefined
