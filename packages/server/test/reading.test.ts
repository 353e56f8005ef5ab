import { limits } from '@sotto/protocol'
import { afterEach, expect, it } from 'vitest'
import { makeLogKey } from '../src/delivery/logKey.ts'
import { makeReading } from '../src/delivery/reading.ts'
import { makeRooms } from '../src/delivery/rooms.ts'
import { makeEventLog } from '../src/logging/eventLog.ts'
import { openStore, type Store } from '../src/store/openStore.ts'
import { random } from './client/device.ts'
import { append, createdBy, entryAt, firstOf } from './contracts/appends.ts'

let opened: Store | undefined
afterEach(() => opened?.close())

it('the head of a room is signed once, however often and by whomever it is asked for, until the room goes on', async () => {
  opened = await openStore({ path: ':memory:' })
  const { delivery } = opened
  const members = [0, 1].map((leaf) => ({
    account: random(32),
    device: random(16),
    leaf,
    name: `member ${leaf}`,
    expiresMs: Number.MAX_SAFE_INTEGER,
    tokenHash: random(32),
  }))
  const rooms = Array.from({ length: 190 }, () => random(16))
  await delivery.append(rooms.map((room) => firstOf(room, { change: createdBy(...members) })))
  const logKey = makeLogKey(random(32))
  let signatures = 0
  const reading = makeReading({
    store: delivery,
    rooms: makeRooms({
      store: delivery,
      log: makeEventLog({ level: 'silent', destination: { write: () => undefined }, idKey: random(32) }),
    }),
    logKey: {
      ...logKey,
      acknowledge: (room, head) => {
        signatures += 1
        return logKey.acknowledge(room, head)
      },
    },
    limits,
  })
  for (let time = 0; time < 3; time++)
    for (const member of members)
      expect((await reading.heads(member)).every(({ head }) => logKey.hasSigned(head))).toBe(true)
  expect(signatures).toBe(190)
  await delivery.append([append(rooms[7] as Uint8Array, entryAt(1))])
  const [member] = members as [(typeof members)[number]]
  expect((await reading.heads(member)).filter(({ head }) => head.seq === 1)).toHaveLength(1)
  expect(signatures).toBe(191)
})
