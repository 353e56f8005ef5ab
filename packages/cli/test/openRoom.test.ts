import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { makeWorld, noScript, password, type Running, values, type World } from './world/processes.ts'

// Each line is a process of its own: on a busy machine many of them take their time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let world: World
beforeAll(async () => {
  world = await makeWorld()
  await world.serve()
})
afterAll(() => world.end())

const bin = fileURLToPath(new URL('../bin/sotto.mjs', import.meta.url))
const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')

/** The lines that the README tells one of the two to type. */
const linesOf = (name: string): readonly string[] =>
  [...readme.matchAll(/```sh\n([^`]*)```/g)]
    .map(([, block = '']) => block.trim().split('\n'))
    .find(([first = '']) => first.includes(`register ${name} `)) ?? []

describe.skipIf(noScript)('Alice and Bob in two terminals, by the README alone', () => {
  const home = mkdtempSync(join(tmpdir(), 'sotto-readme-'))
  afterAll(() => rmSync(home, { recursive: true, force: true }))

  /** A line as it stands there, in a terminal whose home and server are of this test. */
  const typedIn = (line: string): Running => {
    const here = line
      .replace('http://localhost:5000', world.url)
      .replaceAll('~', home)
      .replace(/^npx sotto /, `exec '${process.execPath}' '${bin}' `)
    return world.shellInTerminal(here)
  }
  /** `script` ends with its keyboard. */
  const finished = (running: Running): Running['ended'] => {
    running.child.stdin.end()
    return running.ended
  }
  const register = async (line: string): Promise<void> => {
    const running = typedIn(line)
    await running.says('Choose a password')
    running.type(`${password}\r`)
    await running.says('Repeat it')
    running.type(`${password}\r`)
    await running.says('Next: ')
    const end = await finished(running)
    expect(end.exit, end.out).toBe(0)
  }

  it('each hears the other in one General', async () => {
    const [alice, bob] = [linesOf('alice'), linesOf('bob')]
    expect([alice, bob].map((lines) => lines.length)).toEqual([3, 3])
    await register(alice[0] as string)
    const created = await finished(typedIn(alice[1] as string))
    expect(created.out).toContain('Everyone with an account on this server can join')
    const hers = typedIn(alice[2] as string)
    await hers.says('General')
    await register(bob[0] as string)
    const joined = await finished(typedIn(bob[1] as string))
    expect(joined.out).toContain('You are in General.')
    expect(joined.out).toContain('Here with you: alice')
    const his = typedIn(bob[2] as string)
    await his.says('General')
    hers.type('hello from the first window\r')
    await his.says('hello from the first window')
    his.type('hello from the second window\r')
    await hers.says('hello from the second window')
    for (const chat of [hers, his]) chat.type('/quit\r')
    expect((await finished(hers)).exit).toBe(0)
    expect((await finished(his)).exit).toBe(0)
  })
})

describe('sotto room join', () => {
  beforeAll(async () => {
    for (const name of ['dora', 'erik']) await world.register(name)
    // The open room of this world, whoever has made it.
    await world.sotto('dora', ['room', 'create', 'General', '--json'])
  })

  it('of a room that is not open says that an invitation is needed, and from whom', async () => {
    await world.sotto('dora', ['room', 'create', 'Board', '--json'])
    const refused = await world.sotto('erik', ['room', 'join', 'Board'])
    expect(refused.exit).toBe(3)
    expect(refused.err).toContain('a member has to invite you')
    expect(refused.err).toContain('sotto room invite Board YOUR-NAME')
    expect(refused.err).toContain('sotto room join General')
    await world.sotto('dora', ['room', 'invite', 'Board', 'erik'])
    const waiting = await world.sotto('erik', ['room', 'join', 'Board'])
    expect(waiting.err).toContain('An invitation from dora waits: sotto room accept')
  })

  it('says that it waits while nobody is there, and never makes a second room silently', async () => {
    const asked = await world.sotto('erik', ['room', 'join', 'General', '--timeout', '0.5', '--json'])
    expect(asked.exit).toBe(0)
    expect(values(asked.out)).toMatchObject([{ name: 'General', state: 'waiting' }])
    expect((await world.sotto('erik', ['rooms'])).out).toContain('waiting for a member to come online')
    const second = await world.sotto('erik', ['room', 'create', 'general', '--json'])
    expect(second.exit).toBe(4)
    expect(values(second.err).at(-1)).toMatchObject({ code: 'open_room_taken', detail: { name: 'General' } })
    expect((await world.sotto('erik', ['send', 'General', 'hello'])).err).toContain(
      'waits for a member to come online',
    )
  })

  it('a second room of one name is made when that is said, and the two are told apart', async () => {
    const [{ room } = {}] = values(
      (await world.sotto('erik', ['room', 'create', 'General', '--another', '--no-open', '--json'])).out,
    )
    const [{ room: other } = {}] = values(
      (await world.sotto('erik', ['room', 'create', 'General', '--another', '--no-open', '--json'])).out,
    )
    const warned = await world.sotto('erik', ['room', 'create', 'General', '--another', '--no-open'])
    expect(warned.err).toContain('You have another room with this name')
    const ambiguous = await world.sotto('erik', ['send', 'General', 'to which?'])
    expect(ambiguous.exit).toBe(2)
    for (const id of [room, other])
      expect(ambiguous.err).toContain(`${String(id).slice(0, 12)}  General, 1 member, no messages yet`)
  })
})

describe('an owner', () => {
  it('opens a room and closes it again, in words', async () => {
    const lonely = await makeWorld()
    try {
      await lonely.serve()
      await lonely.register('alice')
      await lonely.register('bob')
      const made = await lonely.sotto('alice', ['room', 'create', 'Team', '--json'])
      expect(values(made.out)).toMatchObject([{ name: 'Team', open: false }])
      expect((await lonely.sotto('bob', ['rooms'])).err).toContain('Also on this server: alice.')
      const opened = await lonely.sotto('alice', ['room', 'open', 'Team'])
      expect(opened.out).toContain('Everyone with an account on this server can join')
      expect((await lonely.sotto('bob', ['rooms'])).out).toContain(
        'open to everyone here, 1 member: sotto room join Team',
      )
      const listen = lonely.start('alice', 'receive', '--follow')
      const joined = await lonely.sotto('bob', ['room', 'join', 'Team'])
      expect(joined.out).toContain('You are in Team.')
      listen.child.kill('SIGINT')
      await listen.ended
      const closed = await lonely.sotto('alice', ['room', 'close', 'Team', '--json'])
      expect(values(closed.out)).toMatchObject([{ open: false }])
      const [state] = values((await lonely.sotto('bob', ['rooms', '--json'])).out)
      expect(state).toMatchObject({ name: 'Team', open: false })
      expect((await lonely.sotto('bob', ['room', 'open', 'Team'])).exit).toBe(6)
    } finally {
      await lonely.end()
    }
  })
})

describe('sotto login', () => {
  it('on a profile without the account says what is true, and where it would work', async () => {
    const refused = await world.sotto('empty', ['login', 'dora', '--password-stdin'], `${password}\n`)
    expect(refused.exit).toBe(11)
    expect(refused.err).toContain('dora was not made in this one')
    expect(refused.err).toContain('sotto --profile DIR login')
    expect(refused.err).not.toContain('sign in first')
    await world.register('frank')
    const other = await world.sotto('frank', ['login', 'dora', '--password-stdin'], `${password}\n`)
    expect(other.err).toContain("this profile is frank's")
  })
})
