import { createBot } from '@sotto/client/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeWorld, messagesIn, nextTexts, roomOf, textsIn, type World } from './world/world.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
})
afterAll(() => world.end())

test('BOT-1: Alice invites a bot, it answers, and everybody sees that it is one', async () => {
  const bot = await createBot({
    profile: world.profile('echo'),
    server: world.url,
    name: 'echo',
    scope: 'all',
    invitations: ['alice'],
    onMessage: ({ text }) => [text, text.toUpperCase()],
  })
  world.endsWith(bot.close)
  const alice = await world.person('alice')
  const room = await alice.createRoom('Parrots')
  await alice.invite(room, 'echo')
  await roomOf(bot.sotto, 'Parrots')
  const heard = nextTexts(alice, 2)
  const { delivered } = await alice.send('Parrots', 'hello')
  expect(await delivered).toMatchObject({ seq: expect.any(Number) })
  expect(await heard).toEqual(['hello', 'HELLO'])
  const members = await alice.members('Parrots')
  expect(members.map(({ name, isBot }) => [name, isBot])).toEqual(
    expect.arrayContaining([
      ['alice', false],
      ['echo', true],
    ]),
  )
  const { messages } = await alice.history('Parrots')
  expect(messages.map(({ sender }) => sender.isBot)).toEqual([false, true, true])
})

test('CON-5: commands of a bot are known to all in the room, also to those who come later, and gone with the bot', async () => {
  const heard: string[] = []
  const bot = await createBot({
    profile: world.profile('tick'),
    server: world.url,
    name: 'tick',
    invitations: ['anna'],
    commands: { remind: 'remind you: /remind 10m tea' },
    onMessage: ({ text, command, isMentioned }) => {
      heard.push(text)
      return `${isMentioned ? 'me' : 'not me'} ${command?.name}:${command?.argument}`
    },
  })
  world.endsWith(bot.close)
  const anna = await world.person('anna')
  const ben = await world.person('ben')
  const room = await anna.createRoom('Kitchen')
  await anna.invite(room, 'tick')
  const known = [{ name: 'remind', summary: 'remind you: /remind 10m tea', bot: 'tick' }]
  await expect.poll(() => anna.room(room).commands, { timeout: 20_000 }).toEqual(known)
  // Nothing of it is a line that people read.
  expect(
    (await anna.client.timeline({ room, limit: 50 })).items.filter(({ kind }) => kind === 'message'),
  ).toEqual([])

  await anna.invite(room, 'ben')
  await expect.poll(() => ben.rooms().length, { timeout: 20_000 }).toBe(1)
  await ben.accept(room)
  await roomOf(ben, 'Kitchen')
  await expect.poll(() => ben.room(room).commands, { timeout: 20_000 }).toEqual(known)

  for (const text of [
    'not for bots',
    '/remind 5m pizza',
    'hi @tick!',
    'mail me: anna@tick',
    '/remind@tock x',
    '@tickle',
  ])
    await (
      await anna.send(room, text)
    ).delivered
  await ben.send(room, '@TICK')
  const answers = () => textsIn(ben, 'Kitchen', 'tick')
  await expect
    .poll(answers, { timeout: 20_000 })
    .toEqual(['not me remind:5m pizza', 'me undefined:undefined', 'me undefined:undefined'])
  expect(heard).toEqual(['/remind 5m pizza', 'hi @tick!', '@TICK'])

  const { account = '' } = (await anna.members(room)).find(({ name }) => name === 'tick') ?? {}
  await anna.client.removeMember({ room, account })
  await expect.poll(() => anna.room(room).commands, { timeout: 20_000 }).toEqual([])
})

test('two bots that echo everything do not talk to each other for ever', async () => {
  const names = ['polly', 'jack']
  const bots = await Promise.all(
    names.map((name) =>
      createBot({
        profile: world.profile(name),
        server: world.url,
        name,
        scope: 'all',
        invitations: 'everyone',
        onMessage: ({ text }) => `${name} ${text}`,
      }),
    ),
  )
  for (const bot of bots) world.endsWith(bot.close)
  const carol = await world.person('carol')
  const room = await carol.createRoom('Aviary')
  for (const name of names) await carol.invite(room, name)
  await Promise.all(bots.map((bot) => roomOf(bot.sotto, 'Aviary')))
  await expect.poll(() => carol.room(room).memberCount, { timeout: 20_000 }).toBe(3)
  for (const text of ['one', 'two']) await carol.send(room, text)
  const said = async () => (await messagesIn(carol, room)).map(({ text }) => text).toSorted()
  await expect
    .poll(said, { timeout: 20_000 })
    .toEqual(['jack one', 'jack two', 'one', 'polly one', 'polly two', 'two'])
})

test('the account of a person does not become a bot', async () => {
  const dora = await world.person('dora')
  await dora.close()
  const options = { profile: world.profile('dora'), server: world.url, name: 'dora' }
  await expect(createBot(options)).rejects.toMatchObject({ code: 'account_exists' })
  await expect(createBot({ ...options, profile: world.profile('other') })).rejects.toMatchObject({
    code: 'name_taken',
  })
})

test('a handler that fails for good is told of, and the next message comes all the same', async () => {
  const troubles: string[] = []
  let tries = 0
  const bot = await createBot({
    profile: world.profile('clumsy'),
    server: world.url,
    name: 'clumsy',
    scope: 'all',
    invitations: 'everyone',
    onMessage: ({ text }) => {
      if (text !== 'bad') return text
      tries += 1
      throw new Error('dropped')
    },
    onTrouble: ({ kind }) => void troubles.push(kind),
  })
  world.endsWith(bot.close)
  const erin = await world.person('erin')
  const room = await erin.createRoom('Porcelain')
  await erin.invite(room, 'clumsy')
  await roomOf(bot.sotto, 'Porcelain')
  await erin.send(room, 'bad')
  await erin.send(room, 'good')
  await expect.poll(() => textsIn(erin, room, 'clumsy'), { timeout: 30_000 }).toEqual(['good'])
  expect(troubles).toEqual(['handler'])
  expect(tries).toBe(3)
})

test('BOT-2: what is posted under a key is said once, by this run and the next', async () => {
  const options = {
    profile: world.profile('news'),
    server: world.url,
    name: 'news',
    scope: 'post',
    invitations: 'everyone',
  } as const
  const bot = await createBot(options)
  const frank = await world.person('frank')
  const room = await frank.createRoom('News')
  await frank.invite(room, 'news')
  await roomOf(bot.sotto, 'News')
  for (const key of ['a', 'b', 'a']) await bot.post('News', `item ${key}`, key)
  await bot.remember('seen', '2')
  await bot.close()
  const again = await createBot(options)
  world.endsWith(again.close)
  expect(await again.recall('seen')).toBe('2')
  expect(await again.recall('unseen')).toBeNull()
  for (const key of ['b', 'c', 'a']) await again.post('News', `item ${key}`, key)
  await expect
    .poll(() => textsIn(frank, room, 'news'), { timeout: 20_000 })
    .toEqual(['item a', 'item b', 'item c'])
  await expect(again.post('Elsewhere', 'x')).rejects.toMatchObject({ code: 'room_unknown' })
})
