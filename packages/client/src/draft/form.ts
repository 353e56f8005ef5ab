import {
  encodeAs,
  equalBytes,
  limits,
  list,
  literal,
  type Shape,
  SottoError,
  struct,
  union,
} from '@sotto/protocol'
import { fields, type Input, listOf, object, shaped } from '../commands/input.ts'
import { draftParts, draftRelations } from '../content/draftKinds.ts'
import type { AnyDraftType } from '../content/draftType.ts'
import { type Draft, emptyDraft } from './draft.ts'

/** The kinds that drafts are made of. */
export interface DraftKinds {
  readonly parts: readonly AnyDraftType[]
  readonly relations: readonly AnyDraftType[]
}

/** Drafts as they are stored, as they come from screens, and as they are kept. */
export interface DraftForm {
  readonly shape: Shape<Draft>
  readonly input: Input<Draft>
  /**
   * The form in which a draft is kept: well-formed, of each kind of relation the last, empty where nothing of it says
   * anything. Kept once more, it stays as it is.
   *
   * @throws SottoError `too_large`
   */
  kept(draft: Draft): Draft
}

type One = Draft['parts'][number]

const anyOf = (types: readonly AnyDraftType[]): Shape<One> =>
  union(Object.fromEntries(types.map(({ kind, tag, fields: shapes }) => [kind, [tag, shapes]]))) as Shape<One>

const inputOf = (types: readonly AnyDraftType[]): Input<One> => ({
  read: (value, at) => {
    const { kind } = object<{ readonly kind?: unknown }>().read(value, at)
    const type = types.find((one) => one.kind === kind)
    if (!type) throw new SottoError('bad_request', `${at}.kind: expected a known kind`)
    return type.input.read(value, at) as One
  },
})

const keptOf = (types: readonly AnyDraftType[], all: readonly One[]): readonly One[] =>
  all.flatMap((one) => (typeOf(types, one).kept(one) as One | null) ?? [])

const typeOf = (types: readonly AnyDraftType[], { kind }: One): AnyDraftType => {
  const type = types.find((one) => one.kind === kind)
  if (!type) throw new SottoError('bad_request', `${kind}: no known kind`)
  return type
}

const lastOfEachKind = (all: readonly One[]): readonly One[] => [
  ...new Map(all.map((one) => [one.kind, one])).values(),
]

export const draftFormOf = ({ parts, relations }: DraftKinds): DraftForm => {
  const shape = struct({
    version: literal(1),
    parts: list(anyOf(parts), limits.draftPartsMax),
    relations: list(anyOf(relations), relations.length),
  }) as Shape<Draft>
  return {
    shape,
    input: fields({
      version: shaped(literal(1)),
      parts: listOf(inputOf(parts)),
      relations: listOf(inputOf(relations)),
    }) as Input<object> as Input<Draft>,
    kept: (draft) => {
      const kept = {
        version: 1,
        parts: keptOf(parts, draft.parts),
        relations: lastOfEachKind(keptOf(relations, draft.relations)),
      } as Draft
      const isBlank = kept.parts.every((part) => typeOf(parts, part).isBlank(part))
      if (isBlank && kept.relations.length === 0) return emptyDraft
      const isTooLarge =
        kept.parts.length > limits.draftPartsMax || encodeAs(shape, kept).length > limits.draftBytesMax
      if (isTooLarge) throw new SottoError('too_large')
      return kept
    },
  }
}

export const draftForm = draftFormOf({
  parts: draftParts as readonly unknown[] as readonly AnyDraftType[],
  relations: draftRelations,
})

export const isSameDraft = (one: Draft, other: Draft): boolean =>
  one === other || equalBytes(encodeAs(draftForm.shape, one), encodeAs(draftForm.shape, other))
