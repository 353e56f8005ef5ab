import type { DraftType } from './draftType.ts'
import { textPart } from './text/textPart.ts'

/** What a draft is made of: one line here for each kind of part. */
export const draftParts = [textPart] as const

/** What a draft may say about other messages: one line here for each kind, of which a draft has one at most. */
export const draftRelations = [] as const

type DraftedBy<T> = T extends DraftType<infer D> ? D : never
export type DraftPart = DraftedBy<(typeof draftParts)[number]>
export type DraftRelation = DraftedBy<(typeof draftRelations)[number]>
