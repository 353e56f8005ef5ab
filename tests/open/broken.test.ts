import { expect, test } from 'vitest'
import { account } from './lane/account.ts'
import { program } from './lane/program.ts'
import { registered } from './lane/rest.ts'
import { laneServer } from './lane/server.ts'
import { cutWire } from './lane/wire.ts'

const server = await laneServer({ limits: { messagesPerSecond: 1000, messageBurst: 1000 } })
const patience = { timeout: 30_000 }

test('what is delivered twice, for its pong was lost, is told once', async () => {
  const wire = await cutWire(() => server.url)
  const bob = await account(server.url, 'bob')
  const alice = await (await account(server.url, 'alice')).open()
  const arrivals: string[] = []
  const store: typeof bob.store = {
    ...bob.store,
    write: (changes, outlives) => {
      for (const [key, value] of Object.entries(changes))
        if (key.startsWith('letter/') && value !== null) arrivals.push(value)
      bob.store.write(changes, outlives)
    },
  }
  await bob.open({ server: wire.url, store })
  await alice.send('bob', 'heard')
  await bob.texts(1)
  wire.muteProgram()
  for (const text of ['one', 'two', 'three']) await alice.send('bob', text)
  expect(await bob.texts(4)).toEqual(['heard', 'one', 'two', 'three'])
  wire.cut()
  await expect
    .poll(() => bob.told('connection').filter(({ state }) => state === 'online').length, patience)
    .toBe(2)
  await alice.send('bob', 'four')
  expect(await bob.texts(5)).toEqual(['heard', 'one', 'two', 'three', 'four'])
  // They did come twice: a program that does not look at ids hears them again.
  expect(arrivals.length).toBeGreaterThan(5)
  expect(new Set(arrivals).size).toBe(5)
  expect(bob.told('refused')).toEqual([])
})

test('what is sent when the wire breaks arrives, once, in order', async () => {
  const wire = await cutWire(() => server.url)
  const [carol, dave] = [await account(server.url, 'carol'), await account(server.url, 'dave')]
  const hers = await carol.open({ server: wire.url })
  const his = await dave.open()
  const room = await hers.joinRoom('Broken')
  await his.joinRoom(room)
  await hers.sendToRoom(room, 'before')
  wire.muteProgram()
  const texts = Array.from({ length: 10 }, (_, at) => `message ${at}`)
  const sent = texts.flatMap((text) => [hers.send('dave', text), hers.sendToRoom(room, `${text} to all`)])
  wire.cut()
  await Promise.all(sent)
  const told = await dave.texts(21)
  expect(told.filter((text) => /\d$/.test(text))).toEqual(texts)
  expect(told.filter((text) => text.endsWith('to all'))).toEqual(texts.map((text) => `${text} to all`))
  await hers.caughtUp()
  expect(carol.told('place_message').map(({ text }) => text)).toEqual([
    'before',
    ...texts.map((text) => `${text} to all`),
  ])
})

test('a room that was missed while the wire was down is told whole and in order', async () => {
  const wire = await cutWire(() => server.url)
  const [erin, finn] = [await account(server.url, 'erin'), await account(server.url, 'finn')]
  const hers = await erin.open({ server: wire.url })
  const his = await finn.open()
  const room = await hers.joinRoom('Missed')
  await his.joinRoom(room)
  await hers.joinRoom(room)
  const texts = Array.from({ length: 120 }, (_, at) => `message ${at}`)
  for (const [at, text] of texts.entries()) {
    if (at % 40 === 20) wire.cut()
    await his.sendToRoom(room, text)
  }
  expect(await erin.texts(120)).toEqual(texts)
  expect(erin.told('refused')).toEqual([])
})

test('a session that has ended is opened anew, with the password; a token or password that is none is not', async () => {
  const brief = await laneServer({ limits: { sessionAbsoluteMs: 3000 } })
  const gwen = await account(brief.url, 'gwen')
  const hugo = await account(brief.url, 'hugo')
  await gwen.open()
  const online = () => gwen.told('connection').filter(({ state }) => state === 'online').length
  await expect.poll(online, patience).toBeGreaterThanOrEqual(3)
  const other = await hugo.open()
  await other.send('gwen', 'later')
  expect(await gwen.texts(1)).toEqual(['later'])
  for (const [credentials, code] of [
    [{ kind: 'token', name: 'gwen', token: 'A'.repeat(43) }, 'UNAUTHORIZED'],
    [{ kind: 'program', name: 'gwen', password: 'not the right one' }, 'INVALID_CREDENTIALS'],
  ] as const)
    await expect(gwen.open({ credentials })).rejects.toMatchObject({ code })
})

test('what is not signed is not told, whoever sends it', async () => {
  const ivy = await account(server.url, 'ivy')
  const lane = await ivy.open()
  const stranger = await program(server.url, await registered(server.url, 'unsigned'))
  const { GeneralEncrypt, importJWK } = await import('jose')
  const { uploadOf } = await import('@sotto/lane')
  const key = await importJWK(uploadOf(ivy.identity) as never, 'ECDH-ES+A256KW')
  const encrypted_payload = await new GeneralEncrypt(new TextEncoder().encode('trust me'))
    .setProtectedHeader({ enc: 'A256GCM' })
    .addRecipient(key)
    .setUnprotectedHeader({ alg: 'ECDH-ES+A256KW', kid: 'ivy' })
    .encrypt()
  expect(await stranger.ask('message', { recipient: 'ivy', encrypted_payload })).toMatchObject({ ok: true })
  await lane.caughtUp()
  expect(ivy.told('message')).toEqual([])
  expect(ivy.told('refused')).toMatchObject([{ from: 'unsigned' }])
})
