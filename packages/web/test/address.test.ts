import { expect, test } from 'vitest'
import { addressOf, pathOf, withOpened, withoutOpened } from '../src/registry/address.ts'

test.each([
  ['/', { room: null, opened: [] }],
  ['/settings/tokens', { room: null, opened: ['settings', 'tokens'] }],
  ['/room/0f01', { room: '0f01', opened: [] }],
  ['/room/0f01/members/invite', { room: '0f01', opened: ['members', 'invite'] }],
])('%s is a place, and leads there', (path, address) => {
  expect(addressOf(path)).toEqual(address)
  expect(pathOf(address)).toBe(path)
})

test('what is opened comes to the front once, and what is closed is gone from wherever it stands', () => {
  const address = addressOf('/room/0f01/members/invite')
  expect(pathOf(withOpened(address, 'members'))).toBe('/room/0f01/invite/members')
  expect(pathOf(withoutOpened(address, 'members'))).toBe('/room/0f01/invite')
  expect(pathOf(withoutOpened(address, 'settings'))).toBe('/room/0f01/members/invite')
})
