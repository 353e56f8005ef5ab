import { expect, test } from 'vitest'
import { attended, noAttention } from '../src/features/conversation/messageActions/attention.ts'

const anchor = {} as HTMLElement

test('the message under the pointer shows what can be done with it, else the one that has the focus', () => {
  expect(attended(noAttention)).toBeNull()
  expect(attended({ ...noAttention, focused: 'a' })).toBe('a')
  expect(attended({ ...noAttention, focused: 'a', pointed: 'b' })).toBe('b')
})

test('what is open holds its message, wherever the pointer goes', () => {
  const opened = { kind: 'menu', id: 'a', anchor, by: 'pointer' } as const
  expect(attended({ pointed: 'b', focused: null, opened })).toBe('a')
  expect(attended({ pointed: null, focused: null, opened })).toBe('a')
})
