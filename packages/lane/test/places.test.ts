import { expect, it } from 'vitest'
import { makePlaces } from '../src/places.ts'
import { memoryLaneStore } from '../src/memory.ts'
import { makeSharedKey, openFromRoom, sealForRoom } from './onWeb.ts'

it('what was said under the first of hundreds of keys opens still; and they are not kept without end', async () => {
  const store = memoryLaneStore()
  const places = makePlaces(store)
  const holders = Array.from({ length: 100 }, (_, at) => `member-${at}`)
  const [first, last] = [makeSharedKey(holders), makeSharedKey(holders)]
  const between = Array.from({ length: 510 }, () => makeSharedKey(holders))
  for (const key of [first, ...between, last]) store.write(places.withKey('room:1', key))
  const { encrypted_content: content, iv } = await sealForRoom('the first', first)
  expect(await openFromRoom(content, iv, places.readingKeys('room:1'))).toBe('the first')
  expect(places.get('room:1')?.keys[0]).toEqual(last)

  for (let more = 0; more < 10; more++) store.write(places.withKey('room:1', makeSharedKey(holders)))
  expect(places.readingKeys('room:1')).toHaveLength(512)
  // Who holds them is kept of the newest alone.
  expect(store.get('place/room:1')?.length).toBeLessThan(100_000)
})
