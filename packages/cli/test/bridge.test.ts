import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeWorld, type Running, type ServerProcess, values, type World } from './world/processes.ts'

/** A text as it is, and as it looks in base64 at each place that it may have in a longer one. */
const formsOf = (text: string): readonly Buffer[] => [
  Buffer.from(text),
  Buffer.from(Buffer.from(text).toString('hex')),
  Buffer.from([...Buffer.from(text)].join(',')),
  ...[0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]).toString('base64url')
    return Buffer.from(encoded.slice(offset === 0 ? 0 : 4, encoded.length - 4))
  }),
]

const filesUnder = (directory: string): readonly Buffer[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)))

const wall = 'Team behind the wall'
const patience = { timeout: 120_000, interval: 500 }

let world: World
let server: ServerProcess
let bridge: Running
type Side = 'alice' | 'prog'
interface Read {
  readonly from: string
  readonly text: string
}
/** Two who listen, each in a room, as long as the tests run. */
let listeners: Record<Side, Running>

/** The last line may not be whole yet. */
const wholeLines = (out: string): string => out.slice(0, out.lastIndexOf('\n') + 1)

const readOf = (side: Side): readonly Read[] =>
  values(wholeLines(listeners[side].out())).map(({ sender, from, text }) => ({
    from: String(sender ?? from),
    text: String(text),
  }))

/** Everything that was said on one side, for whoever looks for it where it must not be. */
const said: string[] = []

const run = async (profile: string, ...args: readonly string[]) => {
  const end = await world.sotto(profile, args)
  expect(end, `${args.join(' ')}: ${end.err}`).toMatchObject({ exit: 0 })
  return end
}

const startBridge = async (profile = 'alice', ...more: readonly string[]): Promise<Running> => {
  const running = world.start(profile, '--json', 'bridge', wall, 'Programs', ...more)
  await expect.poll(() => running.err(), patience).toContain('"bridging"')
  return running
}

/** Everything that was read, once a text is among it. */
const readUntil = async (side: Side, text: string): Promise<readonly Read[]> => {
  await expect.poll(() => readOf(side).map((one) => one.text), patience).toContain(text)
  return readOf(side)
}

const textsBy = (side: Side, from: string, begin: string): readonly string[] =>
  readOf(side)
    .filter((one) => one.from === from && one.text.startsWith(begin))
    .map(({ text }) => text)

beforeAll(async () => {
  world = await makeWorld()
  server = await world.serve()
  await world.register('alice')
  await run('alice', 'room', 'create', wall)
  await run('prog', 'lane', 'register', 'prog', '--server', world.url)
  await run('prog', 'lane', 'send', '--room', 'Programs', 'said before there was a bridge')
  listeners = {
    alice: world.start('alice', '--json', 'receive', wall, '--follow'),
    prog: world.start('prog', '--json', 'lane', 'receive', '--follow'),
  }
}, 120_000)
afterAll(() => world.end())

const inPack = async (side: Side, texts: readonly string[]): Promise<void> => {
  said.push(...texts)
  const end = await world.sotto(
    side,
    side === 'alice' ? ['send', wall] : ['lane', 'send', '--room', 'Programs'],
    `${texts.join('\n')}\n`,
  )
  expect(end, end.err).toMatchObject({ exit: 0 })
}

test('both sides read that they are bridged, and each what is said in the other, with who says it', async () => {
  bridge = await startBridge()
  await run('prog', 'lane', 'send', '--room', 'Programs', 'hello from a program')
  await run('alice', 'send', wall, 'hello from a person')
  said.push('hello from a program', 'hello from a person', 'said before there was a bridge')
  const team = await readUntil('alice', 'prog (classic):\n> hello from a program')
  expect(team[0]).toEqual({
    from: 'alice-bridge',
    text: expect.stringContaining('bridged with the classic room “Programs”'),
  })
  expect(team[0]?.text).toContain('anybody with an account on this server')
  expect(team.length).toBe(2)
  const programs = await readUntil('prog', 'alice (encrypted):\n> hello from a person')
  expect(programs[0]).toEqual({
    from: 'alice-bridge',
    text: expect.stringContaining('bridged with an encrypted room'),
  })
  expect(programs.length).toBe(2)
  expect(JSON.stringify(programs)).not.toContain(wall)
}, 120_000)

test('a second process of the same bridge is refused', async () => {
  const second = await world.sotto('alice', ['bridge', wall, 'Programs'])
  expect(second).toMatchObject({ exit: 11, err: expect.stringContaining('already running') })
}, 60_000)

test('nobody speaks in the name of somebody else', async () => {
  await run(
    'prog',
    'lane',
    'send',
    '--room',
    'Programs',
    'x\nbob (classic):\n> I resign\u2028alice (encrypted):',
  )
  const carried = 'prog (classic):\n> x\n> bob (classic):\n> > I resign\n> alice (encrypted):'
  await readUntil('alice', carried)
}, 120_000)

test('a bridge that is killed with -9 again and again says everything once, both ways, in order', async () => {
  const texts = (side: string) => Array.from({ length: 30 }, (_, at) => `${side} ${at} of many`)
  const [fromPeople, fromPrograms] = [texts('person'), texts('program')]
  bridge.child.kill('SIGKILL')
  await bridge.ended
  await Promise.all([inPack('alice', fromPeople), inPack('prog', fromPrograms)])
  // Each time a little later in what it has to carry.
  for (let death = 0; death < 6; death++) {
    bridge = await startBridge()
    await new Promise((resolve) => setTimeout(resolve, 80 * death))
    bridge.child.kill('SIGKILL')
    await bridge.ended
  }
  bridge = await startBridge()
  await run('prog', 'lane', 'send', '--room', 'Programs', 'the last of the programs')
  await run('alice', 'send', wall, 'the last of the people')
  await readUntil('alice', 'prog (classic):\n> the last of the programs')
  await readUntil('prog', 'alice (encrypted):\n> the last of the people')
  expect(textsBy('alice', 'alice-bridge', 'prog (classic):\n> program')).toEqual(
    fromPrograms.map((text) => `prog (classic):\n> ${text}`),
  )
  expect(textsBy('prog', 'alice-bridge', 'alice (encrypted):\n> person')).toEqual(
    fromPeople.map((text) => `alice (encrypted):\n> ${text}`),
  )
  // Nobody new has come: nobody is told again.
  expect(textsBy('alice', 'alice-bridge', 'This room is bridged').length).toBe(1)
  expect(textsBy('prog', 'alice-bridge', 'This classic room is bridged').length).toBe(1)
}, 400_000)

test('whoever comes later, into either room, reads it too', async () => {
  await run('late', 'lane', 'register', 'late', '--server', world.url)
  await run('late', 'lane', 'send', '--room', 'Programs', 'late is here')
  said.push('late is here')
  await readUntil('alice', 'late (classic):\n> late is here')
  await expect
    .poll(() => textsBy('prog', 'alice-bridge', 'This classic room is bridged').length, patience)
    .toBe(2)
  await world.register('bob')
  await run('alice', 'room', 'invite', wall, 'bob')
  await expect.poll(() => textsBy('alice', 'alice-bridge', 'This room is bridged').length, patience).toBe(2)
}, 180_000)

test('a second bridge of the same rooms is a second voice, and nothing goes round', async () => {
  const second = await startBridge('alice', '--as', 'second-bridge')
  await run('alice', 'send', wall, 'ping')
  await run('prog', 'lane', 'send', '--room', 'Programs', 'pong')
  for (const word of ['settle one', 'settle two']) {
    await run('alice', 'send', wall, word)
    for (const name of ['alice-bridge', 'second-bridge'])
      await expect.poll(() => textsBy('prog', name, `alice (encrypted):\n> ${word}`).length, patience).toBe(1)
  }
  const pings = readOf('prog').filter(({ text }) => text.includes('ping'))
  expect(pings.map(({ from, text }) => `${from}: ${text}`).toSorted()).toEqual([
    'alice-bridge: alice (encrypted):\n> ping',
    'second-bridge: alice (encrypted):\n> ping',
  ])
  // Each hears the other as a program there, once; and neither carries what a bot says here.
  const back = readOf('alice').filter(({ text }) => text.includes('ping') && text.includes('classic'))
  expect(back.length).toBe(2)
  second.child.kill('SIGTERM')
  expect(await second.ended).toMatchObject({ exit: 0 })
  await run('alice', 'room', 'remove', wall, 'second-bridge')
}, 240_000)

test('whoever takes the bot out ends it: the classic room is told, and it does not come back by itself', async () => {
  await run('alice', 'room', 'remove', wall, 'alice-bridge')
  expect(await bridge.ended).toMatchObject({ exit: 0, err: expect.stringContaining('"ended"') })
  await expect
    .poll(() => textsBy('prog', 'alice-bridge', 'This classic room is no longer bridged').length, patience)
    .toBe(1)
  const again = await world.sotto('alice', ['bridge', wall, 'Programs'])
  expect(again).toMatchObject({ exit: 6, err: expect.stringContaining('no longer in the encrypted room') })

  await run('alice', 'room', 'invite', wall, 'alice-bridge')
  bridge = await startBridge()
  await run('alice', 'send', wall, 'and here it is again')
  said.push('and here it is again')
  await readUntil('prog', 'alice (encrypted):\n> and here it is again')
  bridge.child.kill('SIGTERM')
  expect(await bridge.ended).toMatchObject({ exit: 0 })
}, 240_000)

test('whoever runs the server reads neither side', async () => {
  await server.stop()
  const places = [...filesUnder(world.data), Buffer.from(server.running.out() + server.running.err())]
  const isSomewhere = (text: string): boolean =>
    formsOf(text).some((form) => places.some((bytes) => bytes.includes(form)))
  expect([...said, 'is bridged with', wall].filter(isSomewhere)).toEqual([])
  // What is looked for can be found: the name of a classic room is known to the server.
  expect(isSomewhere('Programs')).toBe(true)
}, 60_000)
