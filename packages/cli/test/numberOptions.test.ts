import { expect, it } from 'vitest'
import { countOf, timeoutMsOf } from '../src/numberOptions.ts'

const refused = expect.objectContaining({ code: 'bad_request' })

it('a count is a whole number from 1 on', () => {
  expect(countOf(undefined)).toBe(Number.POSITIVE_INFINITY)
  expect(countOf('3')).toBe(3)
  for (const count of ['', '0', '-1', '1.5', 'one', 'Infinity']) expect(() => countOf(count)).toThrow(refused)
})

it('a timeout is a time that a timer can wait', () => {
  expect(timeoutMsOf('0')).toBe(0)
  expect(timeoutMsOf('0.5')).toBe(500)
  expect(timeoutMsOf('2147483')).toBe(2_147_483_000)
  for (const timeout of ['', '-1', 'soon', 'Infinity', '2147484'])
    expect(() => timeoutMsOf(timeout)).toThrow(refused)
})
