import { openSotto } from '@sotto/client/node'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sottoCommand } from '../src/main.ts'
import { commandTable, everyCommand } from '../src/shell/commandTable.ts'
import { type Middleman, refusingUpgrades } from './world/middleman.ts'
import { makeWorld, password, values, type World } from './world/processes.ts'

let world: World
let proxy: Middleman
beforeAll(async () => {
  world = await makeWorld()
  await world.serve()
  proxy = await refusingUpgrades(world.url)
}, 60_000)
afterAll(async () => {
  await world.end()
  await proxy.close()
})

/** Commands that talk to no server over the network: the host's own, on its machine, and those of this device alone. */
const atHome = /^(?:serve|invite .+|admin .+|keys .+|completion|man|lane whoami)$/

/** What earlier steps have shown: ids by name. */
const known = new Map<string, string>()
const the = (name: string): string => known.get(name) ?? name

interface Step {
  readonly who: string
  /** The words of the command, then its arguments; `{name}` is what an earlier step has shown. */
  readonly line: string
  readonly input?: string
  /** It goes on until it is ended; this shows, on either output, that it works. */
  readonly until?: RegExp
  /** What is done with it before it is ended. */
  readonly meanwhile?: (out: string) => Promise<void>
  /** Where it is not 0: the server was asked, and this is what is true of the room. */
  readonly exit?: number
  /** Keeps a field of the first value under a name. */
  readonly keeps?: readonly [name: string, field: string]
}

/** What a plain local program does. */
const useGateway = async (out: string): Promise<void> => {
  const [{ url, token } = {}] = values(out)
  const socket = io(String(url), { auth: { token }, reconnection: false, forceNew: true })
  try {
    const ask = (event: string, payload: object) => socket.timeout(60_000).emitWithAck(event, payload)
    expect(await ask('login', { username: 'plain' })).toMatchObject({ ok: true })
    expect(await ask('send_message', { message: 'hello' })).toMatchObject({ ok: true })
  } finally {
    socket.disconnect()
  }
}

const secret = `${password}\n`

/** Each command at least once, in an order in which each has something to do. */
const story: readonly Step[] = [
  { who: 'alice', line: 'register alice --server {url} --password-stdin', input: secret },
  { who: 'bob', line: 'register bob --server {url} --password-stdin', input: secret },
  { who: 'helper', line: 'bot create helper --server {url}' },
  { who: 'alice', line: 'whoami' },
  { who: 'alice', line: 'room create General', keeps: ['room', 'room'] },
  { who: 'alice', line: 'room invite General bob helper' },
  { who: 'helper', line: 'bot run --accept alice --exec cat', until: /at work|running/ },
  { who: 'bob', line: 'room accept' },
  { who: 'bob', line: 'room join General' },
  { who: 'alice', line: 'room close General' },
  { who: 'alice', line: 'room open General' },
  { who: 'bob', line: 'rooms' },
  { who: 'alice', line: 'room members General' },
  { who: 'alice', line: 'room role General bob admin' },
  { who: 'alice', line: 'send General hello' },
  { who: 'bob', line: 'receive General --count 1' },
  { who: 'bob', line: 'react General 👍' },
  { who: 'bob', line: 'verify alice' },
  { who: 'bob', line: 'chat General', input: 'hello, too\n' },
  { who: 'alice', line: 'room rejoin General', exit: 2 },
  { who: 'alice', line: 'room refound General --yes', exit: 2 },
  { who: 'alice', line: 'hook create General --name ci', keeps: ['hook', 'hook'] },
  { who: 'alice', line: 'hook list General' },
  { who: 'alice', line: 'hook create General --name out --reads', keeps: ['out', 'hook'] },
  { who: 'alice', line: 'hook forward General {out}', until: /"forwarding"/ },
  { who: 'alice', line: 'hook revoke General {hook}' },
  { who: 'bob', line: 'block helper' },
  { who: 'bob', line: 'blocked' },
  { who: 'bob', line: 'unblock helper' },
  { who: 'alice', line: 'room remove General bob' },
  { who: 'alice', line: 'room create Second' },
  { who: 'alice', line: 'room invite Second bob' },
  { who: 'bob', line: 'room decline --all' },
  { who: 'alice', line: 'room create Third' },
  { who: 'alice', line: 'room leave Third' },
  { who: 'alice', line: 'room delete Third --yes' },
  { who: 'alice', line: 'bridge General Square', until: /"bridging"/ },
  { who: 'alice', line: 'token create script --scopes read,send,account,rooms', keeps: ['token', 'token'] },
  { who: 'alice', line: 'token list', keeps: ['token id', 'id'] },
  { who: 'one', line: 'lane register one --server {url}' },
  { who: 'two', line: 'lane register two --server {url}' },
  { who: 'alice', line: 'lane login alice --server {url} --token-stdin', input: '{token}\n' },
  { who: 'one', line: 'lane send two hello' },
  { who: 'one', line: 'lane send --room Square hello' },
  { who: 'two', line: 'lane receive --count 1 --timeout 60' },
  { who: 'one', line: 'lane rooms' },
  { who: 'one', line: 'lane trust two' },
  { who: 'desk', line: 'gateway --server {url} --port 0', until: /"url"/, meanwhile: useGateway },
  { who: 'alice', line: 'token revoke {token id}' },
  { who: 'alice', line: 'conformance {url} --only rooms.join' },
  { who: 'alice', line: 'logout' },
  { who: 'alice', line: 'login alice --password-stdin', input: secret },
]

const filled = (text: string): string => text.replaceAll(/\{([^}]+)\}/g, (_, name: string) => the(name))

const leaves = everyCommand(commandTable(sottoCommand())).filter(
  ({ path, children }) => path !== '' && children.length === 0,
)

it('the story has every command that talks to a server: whoever adds one adds its step', () => {
  const missing = leaves
    .map(({ path }) => path)
    .filter((path) => !atHome.test(path) && !story.some(({ line }) => `${line} `.startsWith(`${path} `)))
  expect(missing).toEqual([])
})

describe('behind a proxy that refuses every upgrade each command works, over the long poll', () => {
  it.each(story.map((step) => [`${step.who}: sotto ${step.line}`, step] as const))('%s', async (_, step) => {
    known.set('url', proxy.url)
    const args = [...filled(step.line).split(' '), '--json']
    if (step.until) {
      const running = world.start(step.who, ...args)
      const { until } = step
      await expect.poll(() => running.out() + running.err(), { timeout: 50_000 }).toMatch(until)
      await step.meanwhile?.(running.out())
      running.child.kill('SIGINT')
      expect(await running.ended).toMatchObject({ exit: 0 })
      return
    }
    const { exit, out, err } = await world.sotto(step.who, args, filled(step.input ?? ''))
    expect([exit, err], err).toEqual([step.exit ?? 0, expect.not.stringContaining('cannot be reached')])
    if (step.keeps) known.set(step.keeps[0], String(values(out)[0]?.[step.keeps[1]]))
  })

  it('and so do programs of the SDK', async () => {
    const open = (name: string) =>
      openSotto({ profile: world.profile(`sdk-${name}`), server: proxy.url, name, password })
    const [carol, dave] = [await open('carol'), await open('dave')]
    try {
      const room = await carol.createRoom('From a program')
      dave.on('invited', ({ id }) => void dave.accept(id))
      const joined = new Promise((resolve) => dave.on('joined', resolve))
      await carol.invite(room, 'dave')
      await joined
      const heard = new Promise((resolve) => dave.on('message', ({ text }) => resolve(text)))
      await carol.send(room, 'hello')
      expect(await heard).toBe('hello')
    } finally {
      await Promise.all([carol.close(), dave.close()])
    }
  })

  it('and no upgrade has gone through', () => {
    expect(proxy.refused()).toBeGreaterThan(story.length / 2)
  })
})
