import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeWorld, noScript, type ServerProcess, values, type World } from './world/processes.ts'

let world: World
let server: ServerProcess
beforeAll(async () => {
  world = await makeWorld()
  server = await world.serve()
  await world.register('alice')
  await world.register('bob')
}, 60_000)
afterAll(() => world.end())

const texts = (out: string) => values(out).map(({ text }) => text)

describe('two terminals', () => {
  it('say who they are and what to do next', async () => {
    expect(server.running.out()).toContain('What to do next')
    expect(server.running.out()).toContain(world.data)
    const { out } = await world.sotto('alice', ['whoami', '--json'])
    expect(values(out)).toMatchObject([{ name: 'alice', server: world.url, signedIn: true }])
    const plain = await world.sotto('alice', ['whoami'])
    expect(plain.out).toMatch(/^name +alice$/m)
  })

  it('meet in a room and talk', async () => {
    const created = await world.sotto('alice', ['room', 'create', 'General', '--json'])
    const [{ room } = {}] = values(created.out)
    expect(room).toMatch(/^[0-9a-f]{32}$/)
    expect((await world.sotto('alice', ['room', 'invite', 'General', 'bob'])).out).toContain('bob is invited')

    const invitation = await world.sotto('bob', ['rooms', '--json'])
    expect(values(invitation.out)).toMatchObject([{ room, state: 'invited', inviter: 'alice' }])
    expect((await world.sotto('bob', ['room', 'accept'])).out).toContain('You are in General.')

    const sent = await world.sotto('alice', ['send', 'general', 'hello, bob', '--json'])
    expect(values(sent.out)).toMatchObject([{ room, seq: expect.any(Number) }])
    const received = await world.sotto('bob', ['receive', 'General'])
    expect(values(received.out)).toEqual([
      {
        room,
        seq: values(sent.out)[0]?.['seq'],
        sender: 'alice',
        text: 'hello, bob',
        isBot: false,
        time: expect.any(String),
      },
    ])

    const again = await world.sotto('bob', ['receive', 'General'])
    expect(again).toMatchObject({ exit: 0, out: '' })

    await world.sotto('bob', ['send', String(room).slice(0, 8), 'hello, alice'])
    expect(texts((await world.sotto('alice', ['receive'])).out)).toEqual(['hello, alice'])
  })

  it('are told the name that a room has from now on, by its maker and by the list', async () => {
    const [{ room, name } = {}] = values(
      (await world.sotto('alice', ['room', 'create', '  a  \u3000 b ', '--json'])).out,
    )
    expect(name).toBe('a b')
    expect(values((await world.sotto('alice', ['rooms', '--json'])).out)).toContainEqual(
      expect.objectContaining({ room, name }),
    )
    expect((await world.sotto('alice', ['room', 'leave', 'a b'])).exit).toBe(0)
  })

  it('list rooms and members for people and for programs', async () => {
    const rooms = await world.sotto('alice', ['rooms'])
    expect(rooms.out).toMatch(/^General {2}[0-9a-f]{8} .*bob: hello, alice/m)
    const members = await world.sotto('bob', ['room', 'members', 'General', '--json'])
    expect(values(members.out)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'alice', role: 'owner', own: false }),
        expect.objectContaining({ name: 'bob', role: 'member', own: true }),
      ]),
    )
    expect((await world.sotto('bob', ['room', 'members', 'General'])).out).toMatch(/^bob \(you\) +member/m)
  })

  it('carry any text unchanged, in order', async () => {
    const lines = [
      '👩‍👩‍👧‍👦 family',
      'שלום עולם',
      '<script>alert("x")</script>',
      `"quotes" 'and' \\backslashes\\`,
      'x'.repeat(16 * 1024),
      '  spaces around  ',
      'separators\u2028of\u2029lines, \u009b2J and \u202eturned',
    ]
    const sent = await world.sotto('alice', ['send', 'General', '--json'], `${lines.join('\n')}\n`)
    const seqs = values(sent.out).map(({ seq }) => Number(seq))
    expect(seqs).toHaveLength(lines.length)
    expect(seqs.toSorted((a, b) => a - b)).toEqual(seqs)
    const received = await world.sotto('bob', ['receive'])
    expect(texts(received.out)).toEqual(lines)
    expect(received.out).not.toMatch(/[\u0080-\u009f\u2028-\u202e]/u)
  })

  it('chat on pipes', async () => {
    const [alice, bob] = ['alice', 'bob'].map((who) => world.start(who, 'chat', 'General'))
    if (!alice || !bob) throw new Error('nobody there')
    await Promise.all([alice.says('hello, bob'), bob.says('hello, bob')])
    alice.type('are you there?\n')
    await bob.says('are you there?')
    bob.type('/members\nyes\n//slash\n/nonsense\n')
    await alice.says('yes')
    await alice.says(': /slash')
    await bob.says('There is no command /nonsense')
    expect(bob.out()).toContain('alice')
    alice.type('/quit\n')
    expect(await alice.ended).toMatchObject({ exit: 0 })
    bob.child.stdin.end('last words')
    expect(await bob.ended).toMatchObject({ exit: 0 })
    const read = await world.sotto('alice', ['receive'])
    expect(texts(read.out)).toEqual(['last words'])
  })

  it('begin a conversation with its newest page, also when nobody else has a word in it', async () => {
    await world.sotto('alice', ['room', 'create', 'Notes'])
    const notes = Array.from({ length: 30 }, (_, i) => `note ${i}.`)
    await world.sotto('alice', ['send', 'Notes'], notes.join('\n'))
    const chat = world.start('alice', 'chat', 'Notes')
    await chat.says('note 29.')
    chat.type('one more\n')
    await chat.says('one more')
    chat.type('/quit\n')
    const { out } = await chat.ended
    expect(notes.filter((note) => out.includes(note))).toEqual(notes.slice(10))
    expect(out.split('note 29.')).toHaveLength(2)
  })

  it.skipIf(noScript)('chat in a terminal, with a prompt at its foot', async () => {
    const alice = world.inTerminal('alice', 'chat', 'General')
    await alice.says('General> ')
    await world.sotto('bob', ['send', 'General', 'can you see me?'])
    await alice.says('can you see me?')
    alice.type('half a line')
    await alice.says('half a line')
    await world.sotto('bob', ['send', 'General', 'go on'])
    await alice.says('go on')
    alice.type('\r')
    await alice.says(': half a line')
    // Ctrl+D
    alice.type('\x04')
    expect((await alice.ended).exit).toBe(0)
    expect((await world.sotto('bob', ['receive'])).out).toContain('"half a line"')
  })

  it('wait for what comes', async () => {
    const waiting = world.start('bob', 'receive', '--timeout', '30')
    await world.sotto('alice', ['send', 'General', 'one'])
    expect(texts((await waiting.ended).out)).toEqual(['one'])

    const following = world.start('bob', 'receive', '--follow', 'General')
    for (const text of ['two', 'three']) {
      await world.sotto('alice', ['send', 'General', text])
      await following.says(`"${text}"`)
    }
    following.child.kill('SIGINT')
    expect((await following.ended).exit).toBe(0)
    expect(await world.sotto('bob', ['receive', '--timeout', '0.2'])).toMatchObject({ exit: 0, out: '' })
  })

  it('decline all that waits, and block whoever sends it', async () => {
    for (const name of ['One', 'Two']) {
      await world.sotto('alice', ['room', 'create', name])
      await world.sotto('alice', ['room', 'invite', name, 'bob'])
    }
    expect((await world.sotto('bob', ['room', 'decline'])).exit).toBe(2)
    const declined = await world.sotto('bob', ['room', 'decline', '--all', '--json'])
    expect(values(declined.out)).toEqual([{ declined: 2 }])

    const blocked = await world.sotto('bob', ['block', 'alice'])
    expect(blocked).toMatchObject({ exit: 0, out: 'alice cannot invite you any more.\n' })
    expect(values((await world.sotto('bob', ['blocked', '--json'])).out)).toMatchObject([{ name: 'alice' }])
    await world.sotto('alice', ['room', 'create', 'Three'])
    expect((await world.sotto('alice', ['room', 'invite', 'Three', 'bob'])).exit).toBe(9)
    expect((await world.sotto('bob', ['unblock', 'alice'])).exit).toBe(0)
    expect((await world.sotto('bob', ['unblock', 'alice'])).exit).toBe(3)
    expect((await world.sotto('bob', ['blocked'])).out).toBe('')
  })

  it(
    'OUT-1, OUT-3: leave, and have the room to be read until it is deleted',
    { timeout: 180_000 },
    async () => {
      const early = await world.sotto('bob', ['room', 'delete', 'General', '--yes'])
      expect(early).toMatchObject({ exit: 2 })
      expect(early.err).toContain('leave it first: sotto room leave')
      const left = await world.sotto('bob', ['room', 'leave', 'General'])
      expect(left).toMatchObject({ exit: 0, out: expect.stringContaining('You have left General.') })
      expect(left.err).toContain('You can still read it on this device. To delete it: sotto room delete')
      expect((await world.sotto('bob', ['send', 'General', 'am I still there?'])).exit).toBe(6)
      const members = await world.sotto('alice', ['room', 'members', 'General', '--json'])
      expect(values(members.out).map(({ name }) => name)).toEqual(['alice'])
      const rooms = await world.sotto('bob', ['rooms'])
      // It is open: whoever has left it may come back by asking.
      expect(rooms.out.match(/^General /gm)).toHaveLength(1)
      expect(rooms.out).toMatch(
        /^General .*you left; open to everyone here, 1 member: sotto room join General$/m,
      )
      const unasked = await world.sotto('bob', ['room', 'delete', 'General'])
      expect(unasked).toMatchObject({ exit: 2 })
      expect(unasked.err).toContain('deleting needs --yes')
      const gone = await world.sotto('bob', ['room', 'delete', 'General', '--yes', '--json'])
      expect(values(gone.out)).toEqual([{ room: expect.any(String), deleted: true }])
      expect(await world.sotto('bob', ['room', 'delete', 'General', '--yes'])).toMatchObject({ exit: 3 })
      expect(await world.sotto('alice', ['room', 'invite', 'General', 'bob'])).toMatchObject({ exit: 0 })
      const twice = await world.sotto('alice', ['room', 'invite', 'General', 'bob'])
      expect(twice).toMatchObject({ exit: 4, err: expect.stringContaining('has already been invited') })
    },
  )
})
