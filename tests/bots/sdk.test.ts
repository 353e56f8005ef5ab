import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSotto } from '@sotto/client/node'
import { type BotProcess, startBotProcess } from './world/process.ts'
import { makeWorld, password, type World } from './world/world.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
})
afterAll(() => world.end())

const example = (name: string, profile: string, more: Readonly<Record<string, string>> = {}): BotProcess => {
  const running = startBotProcess(`examples/sdk/${name}.ts`, {
    PROFILE: world.profile(profile),
    SERVER: world.url,
    PASSWORD: password,
    ...more,
  })
  world.endsWith(running.kill)
  return running
}

const ended = async (running: BotProcess): Promise<string> => {
  const { exit } = await running.ended
  if (exit !== 0) throw new Error(running.said())
  return running.said()
}

test('the examples of the SDK do what their first lines say', async () => {
  const listening = example('listen', 'bob')
  const spoken = async (text: string): Promise<void> => {
    await expect.poll(() => listening.said(), { timeout: 30_000 }).toContain(text)
  }
  await spoken('Listening')
  expect(await ended(example('hello', 'alice'))).toMatch(/^Sent as number \d+\n$/)

  const alice = await openSotto({ profile: world.profile('alice') })
  world.endsWith(alice.close)
  await alice.invite('General', 'bob')
  await spoken('bob is in General')
  await alice.send('General', 'hello, bob')
  await spoken('alice: hello, bob')
  await (
    await alice.send('General', 'goodbye')
  ).delivered
  expect(await ended(listening)).toContain('alice: goodbye')
  await alice.close()

  const history = await ended(example('history', 'alice'))
  expect(history).toMatch(/^\d+ alice: goodbye\n\d+ alice: hello, bob\n\d+ alice: Hello from a program\n$/)
  expect(await ended(example('history', 'alice', { ROOM: 'Nowhere' }))).toBe('There is no room Nowhere\n')
})

test('events come once, with their types, and failures with their codes', async () => {
  const carol = await world.person('carol')
  const dave = await world.person('dave')
  const seen: string[] = []
  dave.on('invited', ({ id, state }) => {
    seen.push(state.kind === 'invited' ? `invited by ${state.inviter}` : '?')
    void dave.accept(id)
  })
  dave.on('joined', ({ name, by }) => seen.push(`joined ${name} by ${by.name}`))
  dave.on('left', ({ name, by }) => seen.push(`left ${name} by ${by.name}`))
  const stop = dave.on('message', ({ text }) => seen.push(text))
  const delivered: string[] = []
  carol.on('delivered', ({ id }) => delivered.push(id))

  const room = await carol.createRoom('Office')
  await carol.invite('Office', 'dave')
  await expect.poll(() => seen.at(-1), { timeout: 20_000 }).toBe('joined dave by carol')
  const sent = []
  for (let at = 0; at < 20; at += 1) sent.push(await carol.send(room, `${at}`))
  for (const one of sent) await one.delivered
  await expect.poll(() => seen.at(-1), { timeout: 20_000 }).toBe('19')
  stop()
  await (
    await carol.send(room, 'unheard')
  ).delivered
  await carol.client.removeMember({
    room,
    account: (await carol.members(room)).find(({ own }) => !own)?.account ?? '',
  })
  await expect.poll(() => seen.at(-1), { timeout: 20_000 }).toBe('left dave by carol')
  expect(seen).toEqual([
    'invited by carol',
    'joined dave by carol',
    ...Array.from({ length: 20 }, (_, at) => `${at}`),
    'left dave by carol',
  ])
  expect(delivered.slice(0, 20)).toEqual(sent.map(({ id }) => id))
  expect(new Set(delivered).size).toBe(21)
  expect(delivered).toHaveLength(21)

  await expect(dave.send('Office', 'still here?')).rejects.toMatchObject({ code: 'not_member' })
  await expect(carol.send('Attic', 'x')).rejects.toMatchObject({ code: 'room_unknown' })
  await expect(carol.send('Office', 'x'.repeat(100_000))).rejects.toMatchObject({ code: 'too_large' })
  await carol.createRoom('Office')
  expect(() => carol.room('Office')).toThrow(expect.objectContaining({ code: 'bad_request' }))
  expect(carol.room(room).id).toBe(room)
})

test('one call opens, registers, signs in again, and refuses the account of somebody else', async () => {
  const options = { profile: world.profile('erin'), server: world.url, name: 'Erin', password }
  const erin = await openSotto(options)
  expect(erin.account()).toMatchObject({ kind: 'signed_in', name: 'erin', isBot: false })
  const signedOut = new Promise<void>((resolve) =>
    erin.on('state', ({ account }) => account.kind === 'signed_out' && resolve()),
  )
  await erin.client.logout({ forget: false })
  await signedOut
  await erin.close()
  const again = await openSotto(options)
  expect(again.account()).toMatchObject({ kind: 'signed_in' })
  await again.close()
  await expect(openSotto({ ...options, name: 'frank' })).rejects.toMatchObject({ code: 'account_exists' })
  await expect(openSotto({ profile: world.profile('nobody') })).rejects.toMatchObject({ code: 'no_account' })
})
