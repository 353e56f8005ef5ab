import type { DraftPart, DraftRelation } from '../content/draftKinds.ts'

/**
 * What somebody is writing in a room and has not said: parts in their order, and what they are about. Plain data, which
 * crosses to screens and back. What kinds there are, `content/draftKinds.ts` lists.
 */
export interface Draft {
  /** Of this form. */
  readonly version: 1
  readonly parts: readonly DraftPart[]
  /** Of each kind one at most. */
  readonly relations: readonly DraftRelation[]
}

/** What is there where nobody has written anything. */
export const emptyDraft: Draft = { version: 1, parts: [], relations: [] }

/** The draft with this text in the place of its own. What else is in it stays. */
export const withText = (draft: Draft, text: string): Draft => {
  const at = draft.parts.findIndex(({ kind }) => kind === 'text')
  const others = draft.parts.filter(({ kind }) => kind !== 'text')
  if (text === '') return { ...draft, parts: others }
  return { ...draft, parts: others.toSpliced(Math.max(at, 0), 0, { kind: 'text', text }) }
}

/** A draft of one text. */
export const textDraft = (text: string): Draft => withText(emptyDraft, text)

/** All words of a draft. */
export const textOf = ({ parts }: Draft): string =>
  parts.map((part) => (part.kind === 'text' ? part.text : '')).join('')

/** Whether there is nothing in it. */
export const isEmptyDraft = ({ parts, relations }: Draft): boolean =>
  parts.length === 0 && relations.length === 0
