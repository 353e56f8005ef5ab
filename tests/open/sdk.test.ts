import { makeIdentity, uploadOf } from '@sotto/lane'
import { limits } from '@sotto/client'
import { expect, test } from 'vitest'
import { account } from './lane/account.ts'
import { program } from './lane/program.ts'
import { registered, rest } from './lane/rest.ts'
import { laneServer } from './lane/server.ts'

const server = await laneServer({ limits: { messagesPerSecond: 1000, messageBurst: 1000 } })
const awkward = ['exit', 'quit\n', 'a:b::c', `"'\`\\`, ' . ', 'a\u0000b', 'é🙂', 'x'.repeat(16 * 1024)]

test('the key served is the key uploaded, of every kind that the SDK makes', async () => {
  for (const [kind, signer] of [['P-256'], ['RSA-3072'], ['P-256', 'EdDSA']] as const) {
    const name = `${kind}${signer ?? ''}`.toLowerCase()
    const one = await account(server.url, name, { kind, ...(signer ? { signer } : {}) })
    const lane = await one.open()
    const other = await account(server.url, `of-${name}`)
    expect(await (await other.open()).fingerprintOf(name)).toBe(lane.fingerprint)
    const { token } = (
      await rest(server.url, 'POST /login', {
        body: { username: name, password: 'a long enough passphrase' },
      })
    ).body
    const served = await rest(server.url, `GET /api/users/public-key/${name}`, { token: String(token) })
    expect(served.body['public_key']).toEqual(uploadOf(one.identity))
    expect(served.body['fingerprint']).toBe(lane.fingerprint)
  }
})

test('what goes in comes out, from and to every kind of key, with either cipher', async () => {
  const accounts = [
    await account(server.url, 'ec'),
    await account(server.url, 'rsa', { kind: 'RSA-3072' }),
    await account(server.url, 'rsa4', { kind: 'RSA-4096' }),
    await account(server.url, 'ed', { signer: 'EdDSA' }),
  ]
  for (const enc of ['A256GCM', 'A256CBC-HS512'] as const)
    for (const from of accounts) {
      const lane = await from.open({ enc })
      for (const to of accounts) await lane.send(to.name, `${enc} ${from.name} to ${to.name}`)
      await lane.close()
    }
  for (const to of accounts) {
    await to.open()
    expect(await to.texts(8)).toHaveLength(8)
    const messages = to.told('message')
    for (const { from, text } of messages) expect(text).toMatch(new RegExp(`^\\S+ ${from} to ${to.name}$`))
    expect(to.told('refused')).toEqual([])
  }
})

test('TEXT-1: what says nothing, or too much, is refused before it is sent, to one, in a room and in a chat', async () => {
  const ann = await (await account(server.url, 'tina')).open()
  const ben = await account(server.url, 'theo')
  const his = await ben.open()
  const room = await ann.joinRoom('Said')
  const { chat } = await ann.startChat(['theo'])
  await his.joinChat(chat)
  const ways = [
    (text: string) => ann.send('theo', text),
    (text: string) => ann.sendToRoom(room, text),
    (text: string) => ann.sendToChat(chat, text),
  ]
  for (const say of ways) {
    for (const text of ['', ' ', '\u3164', '\u0301'])
      await expect(say(text)).rejects.toMatchObject({ code: 'TEXT_EMPTY' })
    await expect(say('\ud800')).rejects.toMatchObject({ code: 'TEXT_MALFORMED' })
    await expect(say('x'.repeat(limits.textBytesMax + 1))).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
    })
  }
  for (const bytes of [limits.textBytesMax - 1, limits.textBytesMax]) {
    await ann.send('theo', 'x'.repeat(bytes))
    await ann.sendToChat(chat, 'y'.repeat(bytes))
  }
  const lengths = (await ben.texts(4)).map((text) => text.length)
  expect(lengths.toSorted((a, b) => a - b)).toEqual([49_151, 49_151, 49_152, 49_152])
})

test('awkward texts arrive as they are, to one, in a room and in a chat', async () => {
  const alice = await account(server.url, 'alice')
  const bob = await account(server.url, 'bob')
  const hers = await alice.open()
  const his = await bob.open()
  for (const text of awkward) await hers.send('bob', text)
  expect(await bob.texts(awkward.length)).toEqual(awkward)
  expect(bob.told('message').map(({ from }) => from)).toEqual(awkward.map(() => 'alice'))

  bob.events.length = 0
  const room = await hers.joinRoom('Awkward')
  await his.joinRoom(room)
  for (const text of awkward) await hers.sendToRoom(room, text)
  expect(await bob.texts(awkward.length)).toEqual(awkward)

  bob.events.length = 0
  const { chat } = await hers.startChat(['bob'])
  for (const text of awkward) await hers.sendToChat(chat, text)
  expect(await bob.texts(awkward.length)).toEqual(awkward)
  expect(bob.told('invitation')).toMatchObject([{ chat, from: 'alice' }])
  await expect
    .poll(() => alice.told('place_message').filter(({ own }) => own).length)
    .toBe(awkward.length * 2)
  expect([...alice.told('refused'), ...bob.told('refused')]).toEqual([])
})

test('a burst of 200 from ten accounts arrives whole and in order, also to who was away', async () => {
  const target = await account(server.url, 'target')
  const away = await account(server.url, 'away')
  await target.open()
  await Promise.all(
    Array.from({ length: 10 }, async (_, sender) => {
      const lane = await (await account(server.url, `burst${sender}`)).open()
      const sent = Array.from({ length: 20 }, (__, at) => [
        lane.send('target', `${sender} ${at}`),
        lane.send('away', `${sender} ${at}`),
      ])
      await Promise.all(sent.flat())
    }),
  )
  await away.open()
  for (const receiver of [target, away]) {
    const texts = await receiver.texts(200)
    expect(texts).toHaveLength(200)
    for (let sender = 0; sender < 10; sender++)
      expect(texts.filter((text) => text.startsWith(`${sender} `))).toEqual(
        Array.from({ length: 20 }, (_, at) => `${sender} ${at}`),
      )
  }
})

test('more than the server takes at once is sent in order, later', async () => {
  const slow = await laneServer({ limits: { messagesPerSecond: 50, messageBurst: 5 } })
  const reader = await account(slow.url, 'reader')
  await reader.open()
  const writer = await (await account(slow.url, 'writer')).open()
  const texts = Array.from({ length: 40 }, (_, at) => `message ${at}`)
  await Promise.all(texts.map((text) => writer.send('reader', text)))
  expect(await reader.texts(40)).toEqual(texts)
})

test('a room: who comes reads on, who goes reads no more, who was away catches up', async () => {
  const [ann, ben, cat] = [
    await account(server.url, 'ann'),
    await account(server.url, 'ben', { kind: 'RSA-3072' }),
    await account(server.url, 'cat', { signer: 'EdDSA' }),
  ]
  const [hers, his, cats] = [await ann.open(), await ben.open(), await cat.open()]
  const room = await hers.joinRoom('Coming and going')
  await hers.sendToRoom(room, 'alone')
  await his.joinRoom(room)
  await expect.poll(() => ann.told('presence').some(({ name }) => name === 'ben')).toBe(true)
  await hers.sendToRoom(room, 'with ben')
  await cats.joinRoom(room)
  await cats.sendToRoom(room, 'with cat')
  expect(await ben.texts(2)).toEqual(['with ben', 'with cat'])
  expect(await ann.texts(1)).toEqual(['with cat'])

  await his.close()
  for (let at = 0; at < 60; at++) await hers.sendToRoom(room, `while away ${at}`)
  const back = await ben.open()
  const missed = Array.from({ length: 60 }, (_, at) => `while away ${at}`)
  expect(await ben.texts(62)).toEqual(['with ben', 'with cat', ...missed])

  await cats.leaveRoom(room)
  await expect
    .poll(() => ann.told('presence').some(({ name, change }) => name === 'cat' && change === 'left'))
    .toBe(true)
  const keysOf = (store: typeof cat.store) => store.rows('place/', 10).map(([, row]) => row)
  const before = String(keysOf(cat.store))
  await hers.sendToRoom(room, 'without cat')
  await back.sendToRoom(room, 'without her')
  expect((await ben.texts(63)).at(-1)).toBe('without cat')
  const [newest] = (JSON.parse(keysOf(ann.store)[0] ?? '') as { keys: { key: string; holders: string[] }[] })
    .keys
  expect(newest?.holders).toEqual(['ann', 'ben'])
  expect(before).not.toContain(newest?.key)
  for (const one of [ann, ben, cat]) expect(one.told('refused')).toEqual([])
})

test('a chat: when somebody leaves, the others go on under a new key', async () => {
  const [dan, eva, fay] = [
    await account(server.url, 'dan'),
    await account(server.url, 'eva'),
    await account(server.url, 'fay'),
  ]
  const [his, evas] = [await dan.open(), await eva.open()]
  const { chat, offline } = await his.startChat(['eva', 'fay'])
  expect(offline).toEqual(['fay'])
  await his.sendToChat(chat, 'hello')
  const fays = await fay.open()
  expect(await fay.texts(1)).toEqual(['hello'])
  await expect.poll(() => fay.told('invitation').length).toBe(1)
  await fays.leaveChat(chat)
  await expect.poll(() => eva.told('presence').some(({ change }) => change === 'left')).toBe(true)
  await Promise.all([his.sendToChat(chat, 'from dan'), evas.sendToChat(chat, 'from eva')])
  expect((await eva.texts(2)).toSorted()).toEqual(['from dan', 'hello'])
  expect(await dan.texts(1)).toEqual(['from eva'])
  await fays.caughtUp()
  expect(await fay.texts(1)).toEqual(['hello'])
  for (const one of [dan, eva]) expect(one.told('refused')).toEqual([])
})

test('a key that has changed is told and not believed, until somebody says so', async () => {
  const gil = await account(server.url, 'gil')
  const hal = await account(server.url, 'hal')
  const gils = await gil.open()
  const hals = await hal.open()
  await gils.send('hal', 'first')
  await hals.send('gil', 'first')
  await hal.texts(1)
  await gil.texts(1)
  await hals.close()

  const fresh = await hal.open({ identity: await makeIdentity() })
  await fresh.send('gil', 'by the new key')
  await expect.poll(() => gil.told('refused').map(({ code }) => code)).toEqual(['KEY_CHANGED'])
  await expect(gils.send('hal', 'to the new key')).rejects.toMatchObject({ code: 'KEY_CHANGED' })
  await gils.close()
  const again = await gil.open()
  await fresh.send('gil', 'once more')
  await expect.poll(() => gil.told('refused')).toHaveLength(2)
  expect(gil.told('key_changed').at(-1)).toMatchObject({ name: 'hal', told: fresh.fingerprint })
  expect(gil.told('message').map(({ text }) => text)).toEqual(['first'])

  await expect(again.trust('hal', gils.fingerprint)).rejects.toMatchObject({ code: 'KEY_CHANGED' })
  await again.trust('hal', fresh.fingerprint)
  expect(await gil.texts(3)).toEqual(['first', 'by the new key', 'once more'])
  await again.send('hal', 'believed')
  expect((await hal.texts(2)).at(-1)).toBe('believed')
})

test('somebody without a key in a room reads nothing and holds nobody up', async () => {
  const one = await account(server.url, 'ida')
  const other = await account(server.url, 'jon')
  const [hers, his] = [await one.open(), await other.open()]
  const room = await hers.joinRoom('With a stranger')
  await his.joinRoom(room)
  const stranger = await program(server.url, await registered(server.url, 'stranger'))
  await stranger.ask('join_room', { room_id: room })
  await hers.sendToRoom(room, 'between us')
  expect(await other.texts(1)).toEqual(['between us'])
  expect(stranger.heard('rekeyed')).toEqual([])
})
