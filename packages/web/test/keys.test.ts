import { expect, test } from 'vitest'
import { shortcutOf } from '../src/features/shortcuts/keys.ts'

const press = (
  key: string,
  code: string,
  held: Partial<Record<'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey', true>> = {},
) => ({
  key,
  code,
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  ...held,
})

test('shortcuts go by the place of the key', () => {
  expect(shortcutOf(press('˜', 'KeyN', { altKey: true }), true)).toBe('create')
  expect(shortcutOf(press('k', 'KeyK', { ctrlKey: true }), true)).toBe('find')
  expect(shortcutOf(press('k', 'KeyK', { metaKey: true }), true)).toBe('find')
  expect(shortcutOf(press('ArrowDown', 'ArrowDown', { altKey: true }), true)).toBe('next')
  expect(shortcutOf(press('ArrowDown', 'ArrowDown', { altKey: true, shiftKey: true }), true)).toBe(
    'next_unread',
  )
})

test('a question mark is a question mark while writing', () => {
  expect(shortcutOf(press('?', 'Slash', { shiftKey: true }), true)).toBeNull()
  expect(shortcutOf(press('?', 'Slash', { shiftKey: true }), false)).toBe('help')
})

test('AltGr, which some systems tell as Ctrl and Alt, writes letters', () => {
  expect(shortcutOf(press('ń', 'KeyN', { altKey: true, ctrlKey: true }), true)).toBeNull()
})

test('letters are letters', () => {
  expect(shortcutOf(press('n', 'KeyN'), true)).toBeNull()
  expect(shortcutOf(press('k', 'KeyK'), false)).toBeNull()
})
