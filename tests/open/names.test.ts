import { type Lane, makeIdentity, uploadOf } from '@sotto/lane'
import { expect, test } from 'vitest'
import { account } from './lane/account.ts'
import { goodPassword, rest } from './lane/rest.ts'
import { laneServer } from './lane/server.ts'

const server = await laneServer({ limits: { messagesPerSecond: 1000, messageBurst: 1000 } })

/** Another key stands at the server for somebody, as if whoever runs it had put it there. */
const swapKeyOf = async (username: string) => {
  const body = { username, password: goodPassword }
  const { body: login } = await rest(server.url, 'POST /login', { body })
  const identity = await makeIdentity('P-256')
  const put = { token: String(login['token']), body: { public_key: uploadOf(identity) } }
  expect((await rest(server.url, 'PUT /api/me/public-key', put)).status).toBe(200)
}

const spellings = ['ReadRSA', 'READRSA', 'ｒｅａｄｒｓａ']

test('whatever is sent to a name in another spelling is read by whoever has it', async () => {
  const reader = await account(server.url, 'readrsa', { kind: 'RSA-3072' })
  const his = await reader.open()
  const writer = await account(server.url, 'Writer')
  const lane = await writer.open()
  expect(lane.name).toBe('writer')
  for (const name of spellings) await lane.send(name, `to ${name}`)
  const { chat } = await lane.startChat([...spellings])
  await lane.sendToChat(chat, 'in a chat')
  const room = await lane.createRoom('Private', { isPrivate: true })
  await lane.joinRoom(room)
  await lane.inviteToRoom(room, 'ReadRSA')
  await his.joinRoom(room)
  await lane.sendToRoom(room, 'in a room')
  const texts = [...spellings.map((name) => `to ${name}`), 'in a chat', 'in a room']
  expect((await reader.texts(5)).toSorted()).toEqual(texts.toSorted())
  expect(reader.told('refused')).toEqual([])
  expect(writer.told('key_pinned').map(({ name }) => name)).toEqual(['readrsa'])
})

test('a key that was swapped is seen under every spelling of the name, by every call that takes one', async () => {
  const pinned = await account(server.url, 'pinned')
  const writer = await account(server.url, 'careful')
  const first = await writer.open()
  await first.send('pinned', 'one')
  await first.close()
  await swapKeyOf(pinned.name)
  const lane = await writer.open()
  const ways: readonly ((lane: Lane, name: string) => Promise<unknown>)[] = [
    (one, name) => one.send(name, 'two'),
    (one, name) => one.startChat([name]),
    (one, name) => one.fingerprintOf(name),
    (one, name) => one.trust(name, 'A'.repeat(43)),
  ]
  for (const name of ['pinned', 'Pinned', 'PINNED', 'ｐinned'])
    for (const way of ways) await expect(way(lane, name)).rejects.toMatchObject({ code: 'KEY_CHANGED' })
  expect(writer.told('key_pinned')).toHaveLength(1)
  await expect(lane.send('not a name', 'x')).rejects.toMatchObject({ code: 'USER_NOT_FOUND' })
  const [told] = writer.told('key_changed')
  await lane.trust('PINNED', String(told?.told))
  await lane.send('Pinned', 'compared')
})
