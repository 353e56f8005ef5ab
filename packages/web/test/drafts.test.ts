import { beforeEach, expect, test } from 'vitest'
import {
  draftInHand,
  dropDrafts,
  isUnstored,
  openDraft,
  showInHand,
  storedDraft,
  takeInHand,
} from '../src/features/conversation/drafts.ts'

beforeEach(dropDrafts)

test('a text that the device has stored is dropped when the room is left, and not before', () => {
  const close = openDraft('general')
  takeInHand('general', 'half a sentence')
  storedDraft('general', 'half a sentence')
  expect(isUnstored('general')).toBe(false)
  expect(draftInHand('general')).toBe('half a sentence')
  close()
  storedDraft('general', 'half a sentence')
  expect(draftInHand('general')).toBeUndefined()
})

test('a text that the device could not store stays in hand, and is to be stored', () => {
  const close = openDraft('general')
  takeInHand('general', 'half')
  takeInHand('general', 'half a sentence')
  storedDraft('general', 'half')
  close()
  expect(draftInHand('general')).toBe('half a sentence')
  expect(isUnstored('general')).toBe(true)
})

test('what is shown in place of a stored text is not to be stored', () => {
  takeInHand('general', 'sent')
  showInHand('general', '')
  expect(draftInHand('general')).toBe('')
  expect(isUnstored('general')).toBe(false)
})

test('another account on the same page finds nothing of what was written before', () => {
  takeInHand('general', 'from Alice')
  dropDrafts()
  expect(draftInHand('general')).toBeUndefined()
  expect(isUnstored('general')).toBe(false)
})
