import { expect, test } from 'vitest'
import { strayParts } from '../src/ui/onePress.ts'

const part = (type: string, key: string, target: string, repeat = false) => ({ type, key, target, repeat })

test.each([
  ['the character of the key that has chosen', part('keypress', 'Enter', 'composer')],
  ['the repetition of a key that is held', part('keydown', 'Enter', 'composer', true)],
  ['the end of the press', part('keyup', 'Enter', 'composer')],
])('%s does not reach what has the focus since', (_, next) => {
  const hasStrayed = strayParts()
  expect(hasStrayed(part('keydown', 'Enter', 'find'))).toBe(false)
  expect(hasStrayed(next)).toBe(true)
})

test('Space on a button presses no button of the dialog that it opens', () => {
  const hasStrayed = strayParts()
  expect(hasStrayed(part('keydown', ' ', 'open'))).toBe(false)
  expect(hasStrayed(part('keypress', ' ', 'open'))).toBe(false)
  expect(hasStrayed(part('keyup', ' ', 'confirm'))).toBe(true)
  expect(hasStrayed(part('keydown', ' ', 'confirm'))).toBe(false)
  expect(hasStrayed(part('keyup', ' ', 'confirm'))).toBe(false)
})

test('a press that stays where it began is left alone, and so is every new one', () => {
  const hasStrayed = strayParts()
  for (const target of ['find', 'composer', 'composer'])
    for (const type of ['keydown', 'keypress', 'keyup'])
      expect(hasStrayed(part(type, 'Enter', target))).toBe(false)
})

test('a key whose end nobody told (the window lost the focus) does not hold the next press', () => {
  const hasStrayed = strayParts()
  expect(hasStrayed(part('keydown', 'Enter', 'find'))).toBe(false)
  expect(hasStrayed(part('keydown', 'Enter', 'composer'))).toBe(false)
  expect(hasStrayed(part('keypress', 'Enter', 'composer'))).toBe(false)
})

test('arrows that move the focus while they are held go on, and letters go where one writes', () => {
  const hasStrayed = strayParts()
  expect(hasStrayed(part('keydown', 'ArrowDown', 'first'))).toBe(false)
  expect(hasStrayed(part('keydown', 'ArrowDown', 'second', true))).toBe(false)
  expect(hasStrayed(part('keydown', 'a', 'page'))).toBe(false)
  expect(hasStrayed(part('keypress', 'a', 'composer'))).toBe(false)
})
