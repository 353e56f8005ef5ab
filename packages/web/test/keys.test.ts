import { expect, test } from 'vitest'
import { features } from '../src/app/features.ts'
import { registryOf } from '../src/registry/feature.ts'
import { isPressed } from '../src/registry/keys.ts'

type Held = Partial<Record<'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey', true>>

const press = (key: string, code: string, held: Held = {}) => ({
  key,
  code,
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  ...held,
})

const { commands } = registryOf(features)

/** The command that a press asks for. */
const shortcutOf = (pressed: ReturnType<typeof press>, writing: boolean, isMac: boolean): string | null =>
  commands.find(({ keys = [] }) => keys.some((one) => isPressed(one, pressed, writing, isMac)))?.id ?? null

test.each([
  ['k', 'KeyK', { ctrlKey: true }, 'find'],
  ['κ', 'KeyK', { ctrlKey: true }, 'find'],
  ['/', 'Slash', { ctrlKey: true }, 'shortcuts'],
  ['/', 'Digit7', { ctrlKey: true, shiftKey: true }, 'shortcuts'],
  ['.', 'Period', { ctrlKey: true }, 'members'],
  ['.', 'Comma', { ctrlKey: true, shiftKey: true }, 'members'],
  ['O', 'KeyO', { ctrlKey: true, shiftKey: true }, 'create'],
  ['A', 'KeyA', { ctrlKey: true, shiftKey: true }, 'invite'],
  ['ArrowDown', 'ArrowDown', { altKey: true }, 'next'],
  ['ArrowUp', 'ArrowUp', { altKey: true }, 'previous'],
  ['ArrowDown', 'ArrowDown', { altKey: true, shiftKey: true }, 'next_unread'],
  ['End', 'End', { altKey: true }, 'latest'],
] as const)('%s at %s is a shortcut, also while writing', (key, code, held, shortcut) => {
  expect(shortcutOf(press(key, code, held), true, false)).toBe(shortcut)
  if (!('ctrlKey' in held)) return
  const { ctrlKey: command, ...rest } = held
  const onMac = { ...rest, metaKey: command }
  expect(shortcutOf(press(key, code, onMac), true, true)).toBe(shortcut)
})

const codes = [
  ...Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ', (letter) => `Key${letter}`),
  ...Array.from('0123456789', (digit) => `Digit${digit}`),
  'Slash',
  'Period',
  'Comma',
  'Semicolon',
  'Quote',
  'Minus',
  'Equal',
  'IntlBackslash',
  'IntlRo',
]
const characters = ['a', 'Å', '˜', 'ˆ', 'µ', 'ń', 'ы', 'の', '.', '/', '?', '#', '@', 'Dead']

test.each<[string, boolean, Held]>([
  ['nothing', false, {}],
  ['Shift', false, { shiftKey: true }],
  ['Alt on a Mac', true, { altKey: true }],
  ['Alt and Shift on a Mac', true, { altKey: true, shiftKey: true }],
  ['Alt elsewhere', false, { altKey: true }],
  ['AltGr, as Windows tells it', false, { altKey: true, ctrlKey: true }],
  ['AltGr and Shift, as Windows tells it', false, { altKey: true, ctrlKey: true, shiftKey: true }],
  // There it moves the cursor and deletes, in every field.
  ['Ctrl on a Mac', true, { ctrlKey: true }],
])('with %s held, no key that makes a character is a shortcut while one writes', (_, isMac, held) => {
  for (const code of codes)
    for (const key of characters) expect(shortcutOf(press(key, code, held), true, isMac)).toBeNull()
})

test('a question mark is a question mark while writing', () => {
  expect(shortcutOf(press('?', 'Slash', { shiftKey: true }), true, false)).toBeNull()
  expect(shortcutOf(press('?', 'Slash', { shiftKey: true }), false, false)).toBe('shortcuts')
})

test('every key of a command stands in the list of shortcuts, under words of its own', () => {
  for (const { id, keys = [], help = [] } of commands) expect([id, help.length]).toEqual([id, keys.length])
})
