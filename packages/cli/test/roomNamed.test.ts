import { expect, it } from 'vitest'
import { roomNamed } from '../src/lane/roomNamed.ts'

const rooms = [
  { room: 5, name: 'five' },
  { room: 25, name: '5' },
  { room: 26, name: '26' },
  { room: 27, name: '2027' },
]
const meant = (wanted: string, all: typeof rooms = rooms) => roomNamed(wanted, async () => all)

it('a room called by digits is the one that has them, and none where two have', async () => {
  await expect(meant('5')).rejects.toMatchObject({
    code: 'bad_request',
    message: expect.stringContaining('use id:5 or name:5'),
  })
  expect(await meant('id:5')).toBe(5)
  expect(await meant('name:5')).toBe('5')
  expect(await meant('26')).toBe(26)
  expect(await meant('25')).toBe(25)
  // Nobody has the number.
  expect(await meant('2027')).toBe('2027')
  expect(await meant('404')).toBe(404)
  expect(await meant('05')).toBe('05')
  expect(await meant('name:id:5')).toBe('id:5')
  await expect(meant('id:five')).rejects.toMatchObject({ code: 'bad_request' })
})

it('nothing is asked where the name says it', async () => {
  const never = () => Promise.reject(new Error('asked'))
  expect(await roomNamed('General', never)).toBe('General')
  expect(await roomNamed('id:5', never)).toBe(5)
})
