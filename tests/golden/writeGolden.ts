/**
 * Writes golden data: what a server and its people have on their disks, as this build leaves it. Run once at a release,
 * committed, and never written again: later builds have to open it.
 *
 *   node tests/golden/writeGolden.ts DIRECTORY
 *
 * All passwords, keys and tokens in it are of tests.
 */
import { execFile, execFileSync } from 'node:child_process'
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Client, textDraft } from '@sotto/client'
import { openNodeClient } from '@sotto/client/node'
import { startServer } from '@sotto/server'
import { scriptOf } from '../stories/script.ts'
import { smallStock } from '../stories/stock.ts'
import { invitation, online, room, texts, until, untilMessages, untilTimeline } from '../stories/talk.ts'
import type { Golden } from './golden.ts'

const port = 47_911
const url = `http://localhost:${port}`
const password = 'a golden password of tests'
const bin = fileURLToPath(new URL('../../packages/cli/bin/sotto.mjs', import.meta.url))

const [target] = process.argv.slice(2)
if (target === undefined) throw new Error('name the directory to write into')
const data = join(target, 'server')
const profileOf = (name: string): string => join(target, 'profiles', name)
/** The profiles of people whose devices are not kept. */
const passing = mkdtempSync(join(tmpdir(), 'sotto-writing-'))

// Keys must not go into the keystore of the developer who runs this.
process.env['SOTTO_KEYS'] = 'file'

const sotto = async (profile: string, ...args: readonly string[]): Promise<readonly unknown[]> => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    bin,
    '--profile',
    profile,
    '--json',
    ...args,
  ])
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)
}

const start = () =>
  startServer({
    port,
    dataDirectory: data,
    webDirectory: null,
    registration: 'open',
    open: true,
    logLevel: 'warn',
  })

const enter = async (profile: string, name: string): Promise<Client> => {
  const client = await openNodeClient({ profile, server: url, limits: smallStock })
  await client.register({ name, password })
  await online(client)
  return client
}

const bringIn = async (host: Client, guest: Client, name: string, id: string): Promise<void> => {
  await host.invite({ room: id, name })
  await invitation(guest, id)
  await guest.accept({ room: id })
  await until(guest, () => room(guest, id)?.state.kind === 'active')
}

const say = async (client: Client, id: string, text: string): Promise<void> => {
  const { id: message } = await client.send({ room: id, text })
  await untilTimeline(client, id, (items) =>
    items.some((item) => item.kind === 'message' && item.id === message && item.seq !== null),
  )
}

const removeSockets = (directory: string): void => {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name)
    const found = lstatSync(path)
    if (found.isDirectory()) removeSockets(path)
    else if (!found.isFile()) rmSync(path)
  }
}

mkdirSync(join(target, 'profiles'), { recursive: true })
let server = await start()
const alice = await enter(profileOf('alice'), 'alice')
let bob = await enter(profileOf('bob'), 'bob')
const [carol, mallory, dave] = await Promise.all(
  ['carol', 'mallory', 'dave'].map((name) => enter(join(passing, name), name)),
)
if (!carol || !mallory || !dave) throw new Error('nobody is left out')

// Two rooms, in one of which somebody has come and gone.
const { room: general } = await alice.createRoom({ name: 'General' })
await bringIn(alice, bob, 'bob', general)
for (let at = 0; at < 6; at++) {
  await say(alice, general, `Alice says number ${at}.`)
  await untilMessages(bob, general, 2 * at + 1)
  await say(bob, general, `Bob answers number ${at}: ✓ ${'é'.repeat(at * 40)}`)
  await untilMessages(alice, general, 2 * at + 2)
}
await bringIn(alice, carol, 'carol', general)
await say(carol, general, 'Carol was here — مرحبا, 你好, 👩‍👩‍👧')
await untilMessages(alice, general, 13)
await carol.leave({ room: general })
const hasLeft = (client: Client) =>
  untilTimeline(client, general, (items) =>
    items.some((item) => item.kind === 'event' && item.event.kind === 'left'),
  )
await Promise.all([hasLeft(alice), hasLeft(bob)])
const { room: plans } = await alice.createRoom({ name: 'Plans' })
await bringIn(alice, bob, 'bob', plans)
const member = (await alice.members({ room: plans })).find(({ name }) => name === 'bob')
if (!member) throw new Error('Bob is in Plans')
await alice.setRole({ room: plans, account: member.account, role: 'admin' })
await untilTimeline(bob, plans, (items) =>
  items.some((item) => item.kind === 'event' && item.event.kind === 'role'),
)
await say(bob, plans, 'An admin speaks.\nOn two lines, with `code` and *stars*.')
await untilMessages(alice, plans, 1)
const draftOfAlice = 'half a sentence, not yet'
await alice.setDraft({ room: plans, draft: textDraft(draftOfAlice) })

// Scripts.
const hook = await alice.createHook({ room: general, name: 'Deploys' })
const posted = ['build 1 is green', 'build 2 is *red*']
const script = scriptOf(url, hook)
for (const text of posted) {
  const { status } = await script.post(text)
  if (status !== 201) throw new Error(`the post was answered ${status}`)
}
const hasPosts = (client: Client) =>
  untilTimeline(client, general, (items) => items.filter(({ kind }) => kind === 'hook').length === 2)
await Promise.all([hasPosts(alice), hasPosts(bob)])
const reader = await alice.createHook({ room: general, name: 'Mirror', reader: 'generate' })
await alice.forwardHook({ room: general, hook: reader.hook })
await say(alice, general, 'This is handed to a script.')
await untilMessages(bob, general, 14)
const { count: readerWaits } = await alice.forwardHook({ room: general, hook: reader.hook })

// The host, and what is between people.
const { token: accessToken } = await alice.createAccessToken({
  label: 'golden',
  scopes: ['read', 'send'],
  days: 90,
})
await bob.block({ name: 'mallory' })
await bob.markRead({ room: general, seq: 5 })
await Promise.all([mallory.close(), dave.close()])
const host = join(passing, 'host')
const [invite] = (await sotto(
  host,
  'invite',
  'create',
  '--uses',
  '3',
  '--expires',
  '4w',
  '--data',
  data,
)) as [Record<string, unknown>]
await sotto(host, 'admin', 'suspend', 'mallory', '--data', data)
await sotto(host, 'admin', 'remove', 'dave', '--yes', '--data', data)

// An invitation waits for Bob, and words that his device has not received.
const { room: later } = await alice.createRoom({ name: 'Later' })
await bob.close()
await alice.invite({ room: later, name: 'bob' })
const unseenByBob = ['Said while Bob was away.', 'And once more.']
for (const text of unseenByBob) await say(alice, general, text)
const spoken = { general: await texts(alice, general), plans: await texts(alice, plans) }
// The open room, for which Carol waits: nobody is there to let her in.
await alice.createRoom({ name: 'Lounge', isOpen: true })
await alice.close()
const lounge = await carol.findOpenRoom({})
if (!lounge) throw new Error('there is an open room')
await carol.joinOpenRoom({ room: lounge.room })
await carol.close()

// Programs, with letters and a room.
const [robot, clock] = [profileOf('robot'), profileOf('clock')]
for (const [profile, name] of [
  [robot, 'robot'],
  [clock, 'clock'],
] as const)
  await sotto(profile, 'lane', 'register', name, '--server', url)
await sotto(robot, 'lane', 'send', '--room', 'News', 'robot is in')
await sotto(clock, 'lane', 'send', '--room', 'News', 'it is one')
await sotto(clock, 'lane', 'send', 'robot', 'tick')
const received = ((await sotto(robot, 'lane', 'receive')) as { text: string }[]).map(({ text }) => text)
await sotto(robot, 'lane', 'send', 'clock', 'heard')
const waiting = ['tock', 'tick, while the robot was away']
for (const text of waiting) await sotto(clock, 'lane', 'send', 'robot', text)
const waitingInRoom = ['it is two', 'it is three']
for (const text of waitingInRoom) await sotto(clock, 'lane', 'send', '--room', 'News', text)
await server.close()

// What Bob says without a server stays in his outbox.
bob = await openNodeClient({ profile: profileOf('bob'), limits: smallStock })
const outboxOfBob = 'Written while the server was away.'
await bob.send({ room: general, text: outboxOfBob })
await bob.close()

const golden: Golden = {
  commit: execFileSync('git', ['rev-parse', '--short=7', 'HEAD'], { encoding: 'utf8' }).trim(),
  writtenMs: Date.now(),
  port,
  password,
  rooms: { general, plans, later },
  texts: spoken,
  unseenByBob,
  outboxOfBob,
  draftOfAlice,
  hook,
  posted,
  reader,
  readerWaits,
  accessToken,
  inviteKey: String(invite['key'] ?? invite['link']),
  lane: { room: 'News', received, waiting, waitingInRoom },
}
writeFileSync(join(target, 'golden.json'), `${JSON.stringify(golden, null, 2)}\n`)
removeSockets(target)
rmSync(passing, { recursive: true, force: true })
process.exit(0)
