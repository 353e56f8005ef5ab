import { emptyDraft, textDraft } from '@sotto/client'
import { beforeEach, expect, test } from 'vitest'
import {
  dropDrafts,
  openDraft,
  said,
  saying,
  shownDraft,
  stored,
  unstoredDraft,
  written,
} from '../src/features/conversation/drafts.ts'

beforeEach(dropDrafts)

test('what is written stands there at once, and is the draft of the device when that has it', () => {
  const half = textDraft('half a sentence')
  written('general', half)
  expect(shownDraft('general', emptyDraft)).toBe(half)
  stored('general', half)
  expect(unstoredDraft('general')).toBeUndefined()
  const elsewhere = textDraft('from another tab')
  expect(shownDraft('general', elsewhere)).toBe(elsewhere)
})

test('what was written since is not taken for stored', () => {
  const [half, whole] = [textDraft('half'), textDraft('half a sentence')]
  written('general', half)
  written('general', whole)
  stored('general', half)
  expect(shownDraft('general', half)).toBe(whole)
  expect(unstoredDraft('general')).toBe(whole)
})

test('what is being said stands there no more, and is not to be stored as nothing', () => {
  written('general', textDraft('said'))
  saying('general')
  expect(shownDraft('general', textDraft('said'))).toBe(emptyDraft)
  expect(unstoredDraft('general')).toBeUndefined()
  expect(said('general')).toBe(true)
  expect(shownDraft('general', emptyDraft)).toBe(emptyDraft)
})

test('what is written while something is being said stays', () => {
  saying('general')
  const next = textDraft('and then')
  written('general', next)
  expect(said('general')).toBe(false)
  expect(shownDraft('general', emptyDraft)).toBe(next)
})

test('blanks stand there while the field does, until another tab writes', () => {
  const close = openDraft('general')
  const blank = textDraft('  ')
  written('general', blank)
  stored('general', blank)
  expect(shownDraft('general', emptyDraft)).toBe(blank)
  const elsewhere = textDraft('from another tab')
  expect(shownDraft('general', elsewhere)).toBe(elsewhere)
  close()
  expect(shownDraft('general', emptyDraft)).toBe(emptyDraft)
})

test('another account on the same page finds nothing of what was written before', () => {
  written('general', textDraft('from Alice'))
  dropDrafts()
  expect(shownDraft('general', emptyDraft)).toBe(emptyDraft)
  expect(unstoredDraft('general')).toBeUndefined()
})
