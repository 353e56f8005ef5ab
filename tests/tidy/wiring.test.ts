import { expect, test } from 'vitest'
import { readSource } from '../architecture/sources.ts'

/** Files that put others together: an idea that one of them has for itself belongs in a file of its own. */
const wiring = [
  'packages/client/src/client.ts',
  'packages/client/src/device.ts',
  'packages/client/src/remote/client.ts',
  'packages/client/src/room/commit.ts',
  'packages/client/src/room/room.ts',
  'packages/client/src/room/sender.ts',
  'packages/client/src/sync/connection.ts',
  'packages/client/src/sync/rooms.ts',
]
const linesMax = 150

test('what puts the client together is wiring of less than 150 lines each', () => {
  const long = wiring.filter((path) => readSource(path).text.split('\n').length > linesMax)
  expect(long).toEqual([])
})
