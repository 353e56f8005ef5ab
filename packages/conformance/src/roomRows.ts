import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { Bench } from './bench.ts'
import { closeAll, type Payload, type Program } from './program.ts'
import { receivingPair } from './keys.ts'
import { assertRefused } from './rest.ts'
import { roomContent, roomText } from './roomContent.ts'
import { row, type Section } from './row.ts'

const historyMax = 50
/** Fewer than an account may send at once. */
const burst = 30
const awkward = ['exit', 'quit\n', 'a: "b": \\c', ' \u0000 é🙂 ', '', 'x'.repeat(16 * 1024)]

/** Two programs in a new room. */
const room = async (bench: Bench) => {
  const [alice, bob] = [await bench.account('alice'), await bench.account('bob', 'RSA-3072')]
  const [hers, his] = [await bench.connect(alice), await bench.connect(bob)]
  const { room_id } = await hers.accepted('join_room', { room: bench.freshName('Room') })
  await his.accepted('join_room', { room_id })
  const close = () => closeAll(hers, his)
  return { alice, bob, hers, his, room_id, key: randomBytes(32), close }
}

const history = async (program: Program, page: object): Promise<readonly Payload[]> => {
  await program.accepted('room_history', page)
  return program.heard('room_history').at(-1)?.['messages'] as readonly Payload[]
}

export const rooms: Section = {
  name: 'Classic rooms',
  rows: [
    row(
      'rooms.join',
      'join_room by name makes the room, by id finds it: joined_room, then room_history',
      async (bench) => {
        const { hers, his, room_id, close } = await room(bench)
        for (const one of [hers, his]) {
          const joined = await one.next('joined_room')
          assert.equal(joined['room_id'], room_id)
          assert.equal(typeof joined['room_name'], 'string')
          assert.equal(typeof joined['message'], 'string')
          assert.deepEqual(joined['key_request'], { event: 'request_key', payload: { room_id } })
          assert.deepEqual(await one.next('room_history'), { room_id, messages: [] })
        }
        await close()
      },
    ),
    row('rooms.ask', 'request_key asks a member who is there: key_requested', async (bench) => {
      const { bob, hers, his, room_id, close } = await room(bench)
      assert.deepEqual((await his.accepted('request_key', { room_id }))['asked'], [
        (await bench.account('alice')).name,
      ])
      assert.deepEqual(await hers.next('key_requested'), { room_id, username: bob.name })
      const alone = await hers.accepted('join_room', { room: bench.freshName('Alone') })
      assert.deepEqual((await hers.accepted('request_key', { room_id: alone['room_id'] }))['asked'], [])
      await close()
    }),
    row('rooms.hidden', 'a room that is forbidden looks like one that is not there', async (bench) => {
      const { alice, his, close } = await room(bench)
      const body = { name: bench.freshName('Hidden'), is_private: true }
      const made = await bench.rest('POST /api/rooms', { token: alice.token, body })
      const forbidden = await his.ask('join_room', { room_id: made.body['room_id'] })
      const unknown = await his.ask('join_room', { room_id: 999_999_999 })
      assert.equal(unknown['code'], 'ROOM_NOT_FOUND')
      assert.deepEqual({ ...forbidden, timestamp: '' }, { ...unknown, timestamp: '' })
      await close()
    }),
    row(
      'rooms.send',
      'send_message reaches every member byte for byte, the sender too, with a rising id',
      async (bench) => {
        const { alice, hers, his, room_id, key, close } = await room(bench)
        let last = 0
        for (const text of awkward) {
          const sent = roomContent(room_id, text, key)
          const { id, timestamp } = await hers.accepted('send_message', sent)
          assert.ok(Number(id) > last)
          last = Number(id)
          for (const member of [hers, his]) {
            const got = await member.next('new_message')
            assert.deepEqual(got, { ...sent, id, username: alice.name, sender: alice.name, timestamp })
            assert.equal(roomText(got, key), text)
          }
        }
        await close()
      },
    ),
    row(
      'rooms.behind',
      'many messages at once: each is heard, or behind names the room and its history has them',
      async (bench) => {
        const { hers, his, room_id, key, close } = await room(bench)
        const contents = Array.from({ length: burst }, (_, at) => roomContent(room_id, `${at}`, key))
        const sent = await Promise.all(contents.map((one) => hers.accepted('send_message', one)))
        // Behind everything that was pushed before.
        const read = new Set((await history(his, { room_id })).map(({ id }) => id))
        const heard = new Set(his.heard('new_message').map(({ id }) => id))
        for (const { id } of sent) assert.ok(heard.has(id) || read.has(id))
        if (sent.some(({ id }) => !heard.has(id))) {
          const { rooms: behind } = await his.next('behind')
          assert.ok((behind as readonly unknown[]).includes(room_id))
        }
        await close()
      },
    ),
    row(
      'rooms.history',
      'room_history: the newest fifty, oldest first, and more on request',
      async (bench) => {
        const { hers, his, room_id, key, close } = await room(bench)
        const ids: unknown[] = []
        for (let at = 0; at < historyMax + 5; at++)
          ids.push((await hers.accepted('send_message', roomContent(room_id, `${at}`, key)))['id'])
        const idsOf = (messages: readonly Payload[]) => messages.map(({ id }) => id)
        assert.deepEqual(idsOf(await history(his, { room_id })), ids.slice(-historyMax))
        assert.deepEqual(idsOf(await history(his, { room_id, before: ids[5] })), ids.slice(0, 5))
        assert.deepEqual(idsOf(await history(his, { room_id, before: ids[10], limit: 3 })), ids.slice(7, 10))
        await close()
      },
    ),
    row(
      'rooms.leave',
      'leave_room: left_room; afterwards nothing arrives, and sending is refused',
      async (bench) => {
        const { hers, his, room_id, key, close } = await room(bench)
        await his.accepted('leave_room', { room_id })
        assert.equal((await his.next('left_room'))['room_id'], room_id)
        assert.equal((await hers.next('rekey_required'))['room_id'], room_id)
        await hers.accepted('send_message', roomContent(room_id, 'without him', key))
        await his.refused('send_message', roomContent(room_id, 'not his', key), 'NOT_MEMBER')
        assert.deepEqual(his.heard('new_message'), [])
        await close()
      },
    ),
    row('rooms.iv', 'the same iv twice under one key: IV_REUSED; a new key begins anew', async (bench) => {
      const { hers, his, room_id, key, close } = await room(bench)
      const iv = randomBytes(12)
      const again = () => roomContent(room_id, 'again', key, iv)
      await hers.accepted('send_message', again())
      await hers.refused('send_message', again(), 'IV_REUSED')
      await his.refused('send_message', again(), 'IV_REUSED')
      await hers.accepted('send_message', { ...again(), key_id: 'another' })
      await close()
    }),
    row(
      'rooms.hash',
      'message_hash: empty, or the hash of iv and ciphertext, and nothing else',
      async (bench) => {
        const { hers, room_id, key, close } = await room(bench)
        await hers.accepted('send_message', { ...roomContent(room_id, 'x', key), message_hash: '' })
        const message_hash = randomBytes(32).toString('hex')
        await hers.refused(
          'send_message',
          { ...roomContent(room_id, 'x', key), message_hash },
          'MESSAGE_HASH_PLAINTEXT',
        )
        await close()
      },
    ),
    row(
      'rooms.unauthenticated',
      'an iv of sixteen bytes, or less than a tag: UNAUTHENTICATED_ENCRYPTION',
      async (bench) => {
        const { hers, room_id, key, close } = await room(bench)
        const good = { ...roomContent(room_id, 'x', key), message_hash: '' }
        const block = { ...good, iv: JSON.stringify([...randomBytes(16)]) }
        await hers.refused('send_message', block, 'UNAUTHENTICATED_ENCRYPTION')
        await hers.refused(
          'send_message',
          { ...good, encrypted_content: '[1,2,3]' },
          'UNAUTHENTICATED_ENCRYPTION',
        )
        await close()
      },
    ),
    row(
      'rooms.members',
      'who is in a room, with keys, for its members; a private room lets in whom its maker names',
      async (bench) => {
        const { alice, bob, hers, his, room_id, close } = await room(bench)
        const members = await bench.rest(`GET /api/rooms/${String(room_id)}/members`, { token: alice.token })
        assert.deepEqual(
          members.list.map(({ username }) => String(username)).toSorted(),
          [alice.name, bob.name].toSorted(),
        )
        const { pem } = receivingPair('RSA-3072')
        assert.equal(members.list.find(({ username }) => username === bob.name)?.['public_key'], pem)
        const body = { name: bench.freshName('Private'), is_private: true }
        const made = await bench.rest('POST /api/rooms', { token: alice.token, body })
        const { room_id: hidden } = made.body
        await hers.accepted('join_room', { room_id: hidden })
        await his.refused('join_room', { room_id: hidden }, 'ROOM_NOT_FOUND')
        const path = `/api/rooms/${String(hidden)}/members`
        assertRefused(await bench.rest(`GET ${path}`, { token: bob.token }), 404, 'ROOM_NOT_FOUND')
        await bench.rest(`POST ${path}`, { token: alice.token, body: { username: bob.name } })
        await his.accepted('join_room', { room_id: hidden })
        await close()
      },
    ),
    row(
      'rooms.presence',
      'join, leave and user_login are told to the others, for one’s own name only',
      async (bench) => {
        const { alice, bob, hers, his, close } = await room(bench)
        for (const [sent, heard] of [
          ['join', 'user_joined'],
          ['leave', 'user_left'],
          ['user_login', 'user_online'],
        ] as const) {
          await hers.refused(sent, { username: bob.name }, 'IDENTITY_MISMATCH')
          await hers.accepted(sent, { username: alice.name })
          for (;;) {
            const told = await his.next(heard)
            if (told['username'] === alice.name && told['room_id'] === undefined) break
          }
        }
        await his.close()
        for (;;) if ((await hers.next('user_offline'))['username'] === bob.name) break
        await close()
      },
    ),
  ],
}
