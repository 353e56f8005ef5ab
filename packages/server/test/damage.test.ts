import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { operations } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { connect, publish, random, register } from './client/device.ts'
import {
  acceptWelcome,
  adopt,
  catchUp,
  createRoom,
  invite,
  prepareCommit,
  say,
  write,
} from './client/room.ts'
import { testServer } from './client/testServer.ts'
import { codeOf } from './client/together.ts'

/** What a disk, a copy or a hand can do to a room that was sound. */
const damages: readonly (readonly [string, string])[] = [
  ['the hash of its head', `UPDATE heads SET hash = zeroblob(32) WHERE room_id = $id`],
  ['the place of its head', `UPDATE heads SET seq = seq - 1 WHERE room_id = $id`],
  ['the time of its head', `UPDATE heads SET time_ms = time_ms + 1 WHERE room_id = $id`],
  ['no head', `DELETE FROM heads WHERE room_id = $id`],
  [
    'no last entry',
    `DELETE FROM entries WHERE room_id = $id AND seq = (SELECT max(seq) FROM entries WHERE room_id = $id)`,
  ],
  [
    'the bytes of its last entry',
    `UPDATE entries SET entry = zeroblob(190) WHERE room_id = $id AND seq = (SELECT max(seq) FROM entries WHERE room_id = $id)`,
  ],
  [
    'the hash of its last entry',
    `UPDATE entries SET hash = zeroblob(32) WHERE room_id = $id AND seq = (SELECT max(seq) FROM entries WHERE room_id = $id)`,
  ],
  [
    'the payload of its last entry',
    `UPDATE entries SET payload = zeroblob(190) WHERE room_id = $id AND seq = (SELECT max(seq) FROM entries WHERE room_id = $id)`,
  ],
  ['the epoch', `UPDATE rooms SET epoch = epoch - 1 WHERE id = $id`],
]
/** What shows as soon as somebody wants to change the room. */
const hidden: readonly (readonly [string, string])[] = [
  [
    'the bytes of its group',
    `UPDATE groups SET state = zeroblob(900) WHERE room = (SELECT room FROM rooms WHERE id = $id)`,
  ],
  [
    'the group of another',
    `UPDATE groups SET state = (SELECT state FROM groups WHERE room = (SELECT room FROM rooms WHERE id <> $id)) WHERE room = (SELECT room FROM rooms WHERE id = $id)`,
  ],
  ['the bytes of its policy', `UPDATE rooms SET policy = zeroblob(90) WHERE id = $id`],
  [
    'the policy of another',
    `UPDATE rooms SET policy = (SELECT policy FROM rooms WHERE id <> $id) WHERE id = $id`,
  ],
]

const twoRooms = async () => {
  const server = await testServer()
  const alice = await register(server.url, 'alice')
  const bob = await register(server.url, 'bob')
  await publish(bob, 2)
  const rooms = [await createRoom(alice), await createRoom(alice)] as const
  for (const room of rooms) {
    await invite(room, bob.account)
    await say(room, 'before')
  }
  const [broken, sound] = rooms
  return { server, alice, bob, broken, sound, his: await acceptWelcome(bob, sound.id) }
}

const damage = (dataDirectory: string, room: Uint8Array, sql: string): void => {
  const database = new DatabaseSync(join(dataDirectory, 'sotto.db'))
  const { id } = database.prepare('SELECT id FROM rooms WHERE room = ?').get(room) as { id: SQLInputValue }
  const { changes } = database.prepare(sql).run({ $id: id })
  database.close()
  if (Number(changes) !== 1) throw new Error(`nothing was damaged by ${sql}`)
}

const spoilt = async (sql: string) => {
  const world = await twoRooms()
  const { server, alice, bob, broken } = world
  await server.close()
  damage(server.dataDirectory, broken.id, sql)
  const lines: string[] = []
  await server.restart({
    logLevel: 'warn',
    logDestination: { write: (line: string) => void lines.push(line) },
  })
  for (const device of [alice, bob]) device.url = server.url
  return { ...world, lines }
}

describe('a room that contradicts its log', () => {
  it.each(damages)('DEL-13: in %s is not served, and the others are', async (_what, sql) => {
    const { server, alice, broken, sound, his, lines } = await spoilt(sql)
    const { message } = await write(broken, 'after')
    const { id: room } = broken
    const asked = [
      alice.call(operations.readLog, { room, from: 0 }),
      alice.call(operations.submitMessage, { room, message, aux: null }),
      alice.call(operations.readGroupInfo, { room }),
      alice.call(operations.readMeta, { room }),
      alice.call(operations.writeForkTag, { room, epoch: 1, tag: random(16) }),
      alice.call(operations.createRoom, { room, groupInfo: random(9), tree: random(9), meta: random(9) }),
    ]
    const codes = await Promise.all(asked.map(codeOf))
    expect(codes).toEqual(asked.map(() => 'unavailable'))
    const { rooms } = await alice.call(operations.listRooms, {})
    expect(rooms.map((one) => one.room)).toEqual([sound.id])
    const socket = await connect(alice)
    const [ready] = socket.frames
    expect(ready?.kind === 'ready' && ready.heads.map((head) => head.room)).toEqual([sound.id])
    expect(lines.filter((line) => line.includes('"room_damaged"'))).toHaveLength(1)
    expect(lines.filter((line) => line.includes('"rooms_not_served"'))).toHaveLength(1)
    await say(sound, 'life goes on')
    await catchUp(his)
    expect(his.texts).toEqual(['before', 'life goes on'])
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
  })

  it.each(hidden)('in %s is not changed any more', async (_what, sql) => {
    const { alice, broken, sound, lines } = await spoilt(sql)
    const { submission } = await prepareCommit(broken, { forcePath: true })
    const commit = () => alice.call(operations.submitMessage, { room: broken.id, ...submission })
    expect(await codeOf(commit())).toBe('unavailable')
    expect(await codeOf(alice.call(operations.readLog, { room: broken.id, from: 0 }))).toBe('unavailable')
    expect(await codeOf(commit())).toBe('unavailable')
    expect(lines.filter((line) => line.includes('"room_damaged"'))).toHaveLength(1)
    expect(await codeOf(adopt(sound, await prepareCommit(sound, { forcePath: true })))).toBe('accepted')
  })
})
