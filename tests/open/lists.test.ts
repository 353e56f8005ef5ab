import { expect, test } from 'vitest'
import { account } from './lane/account.ts'
import { rest } from './lane/rest.ts'
import { laneServer } from './lane/server.ts'

test('lists of a page after the other are read to their end, and a room of many gets its key', async () => {
  const { url } = await laneServer({ limits: { openListedMax: 2 } })
  const names = ['alice', 'bob', 'carol', 'dave', 'erin']
  const [alice, ...others] = await Promise.all(names.map((name) => account(url, name)))
  const lane = await (alice as NonNullable<typeof alice>).open()
  const room = await lane.joinRoom('Many')
  for (const name of ['Two', 'Three']) await lane.createRoom(name)
  const lanes = await Promise.all(others.map((one) => one.open()))
  for (const one of lanes) await one.joinRoom(room)

  expect((await lane.people()).map(({ name }) => name)).toEqual(names)
  expect((await lane.online()).map(({ name }) => name)).toEqual(names)
  expect((await lane.rooms()).map(({ name }) => name)).toEqual(['Many', 'Two', 'Three'])

  await lane.sendToRoom(room, 'to all of you')
  for (const one of others) expect(await one.texts(1)).toEqual(['to all of you'])

  const body = { username: 'alice', password: 'a long enough passphrase' }
  const token = String((await rest(url, 'POST /login', { body })).body['token'])
  const page = async (path: string) =>
    ((await rest(url, `GET ${path}`, { token })).body as unknown as { username: string }[]).map(
      ({ username }) => username,
    )
  for (const path of ['/users', '/api/users/online', `/api/rooms/${room}/members`]) {
    expect(await page(path), path).toEqual(['alice', 'bob'])
    expect(await page(`${path}?after=bob`), path).toEqual(['carol', 'dave'])
    expect(await page(`${path}?after=erin`), path).toEqual([])
  }
})
