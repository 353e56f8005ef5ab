import { decodeAs, encodeAs, limits, literal, text } from '@sotto/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fields, shaped, string } from '../src/commands/input.ts'
import { decodeContent, encodeDraft } from '../src/content/content.ts'
import type { AnyDraftType, DraftType } from '../src/content/draftType.ts'
import { textPart } from '../src/content/text/textPart.ts'
import { type Draft, emptyDraft, isEmptyDraft, textDraft, textOf, withText } from '../src/draft/draft.ts'
import { draftForm, draftFormOf, isSameDraft } from '../src/draft/form.ts'

const salt = new Uint8Array(16).fill(7)
const failure = (code: string) => expect.objectContaining({ code })

const words = fc.string({ unit: 'binary', maxLength: 40 })
const drafts: fc.Arbitrary<Draft> = fc
  .array(fc.record({ kind: fc.constant('text' as const), text: words }), { maxLength: 5 })
  .map((parts) => ({ version: 1, parts, relations: [] }))

/** A kind of a later version: what it would take to add one. */
interface Answers {
  readonly kind: 'answers'
  readonly to: string
}
const answers: DraftType<Answers> = {
  kind: 'answers',
  tag: 0,
  fields: { to: text(64) },
  input: fields({ kind: shaped(literal('answers')), to: string }),
  kept: (one) => one,
  isBlank: () => false,
}
const later = draftFormOf({
  parts: [textPart] as readonly unknown[] as readonly AnyDraftType[],
  relations: [answers] as readonly unknown[] as readonly AnyDraftType[],
})

describe('a draft', () => {
  it('is kept in one form, is read as it was stored, and is the same from a screen and from the store', () =>
    fc.assert(
      fc.property(drafts, (draft) => {
        const kept = draftForm.kept(draft)
        expect(draftForm.kept(kept)).toEqual(kept)
        expect(decodeAs(draftForm.shape, encodeAs(draftForm.shape, kept))).toEqual(kept)
        expect(draftForm.input.read(kept, 'draft')).toEqual(kept)
        expect(textOf(kept).isWellFormed()).toBe(true)
      }),
    ))

  it('keeps every word that one can see, and no draft of what nobody sees', () =>
    fc.assert(
      fc.property(drafts, (draft) => {
        const kept = draftForm.kept(draft)
        if (isEmptyDraft(kept)) expect(draft.parts.every((part) => textPart.isBlank(part))).toBe(true)
        else expect(textOf(kept)).toBe(draft.parts.map((part) => part.text.toWellFormed()).join(''))
      }),
    ))

  it('has the text that was put in the place of its own, and one text then', () =>
    fc.assert(
      fc.property(drafts, words, (draft, next) => {
        expect(textOf(withText(draft, next))).toBe(next)
        expect(withText(withText(draft, 'so'), next)).toEqual(withText(draft, next))
      }),
    ))

  it('says what its parts say', () =>
    fc.assert(
      fc.property(drafts, (draft) => {
        const kept = draftForm.kept(draft)
        fc.pre(!isEmptyDraft(kept))
        expect(decodeContent(encodeDraft(kept, salt, 5))).toEqual({
          kind: 'text',
          text: textOf(kept),
          writtenMs: 5,
        })
      }),
    ))

  it('says nothing without something to see, and nothing that no content has', () => {
    expect(() => encodeDraft(emptyDraft, salt, 5)).toThrow(failure('text_empty'))
    const unsayable = { ...textDraft('yes'), relations: [{ kind: 'answers', to: 'a' }] } as unknown as Draft
    expect(() => encodeDraft(unsayable, salt, 5)).toThrow(failure('unsupported'))
  })

  it('is refused in any other form', () => {
    const read = (value: unknown) => () => draftForm.input.read(value, 'draft')
    expect(read({ ...emptyDraft, version: 2 })).toThrow(failure('bad_request'))
    expect(read({ version: 1, parts: [{ kind: 'file', name: 'a' }], relations: [] })).toThrow(/known kind/)
    expect(read({ version: 1, parts: [{ kind: 'text', text: 5 }], relations: [] })).toThrow(
      failure('bad_request'),
    )
    expect(read('half a sentence')).toThrow(failure('bad_request'))
  })

  it('has so many parts and so many bytes, and no more', () => {
    const ofParts = (count: number): Draft => ({
      version: 1,
      parts: Array.from({ length: count }, () => ({ kind: 'text', text: 'a' })),
      relations: [],
    })
    expect(textOf(draftForm.kept(ofParts(limits.draftPartsMax)))).toHaveLength(limits.draftPartsMax)
    expect(() => draftForm.kept(ofParts(limits.draftPartsMax + 1))).toThrow(failure('too_large'))
    const longest = textDraft('€'.repeat(limits.textBytesMax))
    expect(draftForm.kept(longest)).toEqual(longest)
    expect(() => draftForm.kept(textDraft('a'.repeat(limits.textBytesMax + 1)))).toThrow(failure('too_large'))
    expect(() => draftForm.kept({ ...longest, parts: [...longest.parts, ...longest.parts] })).toThrow(
      failure('too_large'),
    )
  })

  it('gets another kind of relation by one line: it is stored, read, and the last of its kind is kept', () => {
    const draft = {
      version: 1,
      parts: [],
      relations: [
        { kind: 'answers', to: 'one' },
        { kind: 'answers', to: 'other' },
      ],
    }
    const kept = later.kept(later.input.read(draft, 'draft'))
    expect(kept).toEqual({ version: 1, parts: [], relations: [{ kind: 'answers', to: 'other' }] })
    expect(decodeAs(later.shape, encodeAs(later.shape, kept))).toEqual(kept)
    // A text alone is written as it was before there was another kind.
    const alone = textDraft('so')
    expect(encodeAs(later.shape, alone)).toEqual(encodeAs(draftForm.shape, alone))
  })

  it('is the same as another that reads alike', () => {
    expect(isSameDraft(textDraft('a'), textDraft('a'))).toBe(true)
    expect(isSameDraft(textDraft('a'), textDraft('b'))).toBe(false)
  })
})
