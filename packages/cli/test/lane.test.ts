import { statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeWorld, values, type World } from './world/processes.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
  await world.serve()
}, 60_000)
afterAll(() => world.end())

const ok = async (profile: string, args: readonly string[], input?: string) => {
  const end = await world.sotto(profile, ['--json', ...args], input)
  expect(end, args.join(' ')).toMatchObject({ exit: 0 })
  return values(end.out)
}
const enrol = (name: string, ...options: readonly string[]) =>
  ok(name, ['lane', 'register', name, '--server', world.url, ...options])
const textsOf = (lines: readonly Record<string, unknown>[]) => lines.map(({ text }) => text)

describe('programs on the open lane', () => {
  it('register, are told apart, and keep their keys to themselves', async () => {
    const [made] = await enrol('sensor', '--key', 'RSA-3072', '--sign', 'EdDSA')
    expect(made).toEqual({
      name: 'sensor',
      server: world.url,
      kind: 'program',
      fingerprint: expect.stringMatching(/^[\w-]{43}$/),
      keys: 'file',
    })
    expect(statSync(join(world.profile('sensor'), 'lane', 'sensor.lane')).mode & 0o077).toBe(0)
    const again = await world.sotto('sensor', ['lane', 'register', 'sensor', '--server', world.url])
    expect(again.exit).toBe(11)
    const taken = await world.sotto('other', ['--json', 'lane', 'register', 'sensor', '--server', world.url])
    expect(taken.exit).toBe(4)
    expect(values(taken.err)).toMatchObject([{ code: 'USERNAME_TAKEN', exit: 4 }])
  })

  it('send lines, and receive each once, whatever is in them', async () => {
    await enrol('writer')
    await enrol('reader')
    const lines = ['exit', 'quit', 'a: "b": c', '\u0007 é🙂', 'logout', 'x'.repeat(16 * 1024)]
    const sent = await ok('writer', ['lane', 'send', 'reader'], lines.join('\n'))
    expect(sent).toHaveLength(lines.length)
    const received = await ok('reader', ['lane', 'receive'])
    expect(textsOf(received)).toEqual(lines)
    expect(received[0]).toMatchObject({
      from: 'writer',
      id: expect.any(String),
      time: expect.stringMatching(/Z$/),
    })
    expect(await ok('reader', ['lane', 'receive'])).toEqual([])
    const whole = 'one\ntwo\r\n\nthree\n'
    await ok('writer', ['lane', 'send', 'reader', '--whole', '--enc', 'A256CBC-HS512'], whole)
    expect(textsOf(await ok('reader', ['lane', 'receive']))).toEqual([whole])
  })

  it('receive as many as they were asked for, and the others later; wait for the first; go on', async () => {
    await ok('writer', ['lane', 'send', 'reader'], '1\n2\n3\n4')
    expect(textsOf(await ok('reader', ['lane', 'receive', '--count', '2']))).toEqual(['1', '2'])
    expect(textsOf(await ok('reader', ['lane', 'receive']))).toEqual(['3', '4'])
    const waiting = ok('reader', ['lane', 'receive', '--timeout', '60'])
    await ok('writer', ['lane', 'send', 'reader', 'at last'])
    expect(textsOf(await waiting)).toEqual(['at last'])
    const following = world.start('reader', 'lane', 'receive', '--follow')
    await ok('writer', ['lane', 'send', 'reader', 'first'])
    await following.says('first')
    await ok('writer', ['lane', 'send', 'reader', 'second'])
    await following.says('second')
    following.child.kill('SIGTERM')
    expect((await following.ended).exit).toBe(0)
    expect(await ok('reader', ['lane', 'receive'])).toEqual([])
  })

  it('what arrives while something is sent is not lost', async () => {
    await ok('writer', ['lane', 'send', 'reader', 'to the sender'])
    await ok('reader', ['lane', 'send', 'writer', 'sent meanwhile'])
    expect(textsOf(await ok('reader', ['lane', 'receive']))).toEqual(['to the sender'])
  })

  it('talk in classic rooms', async () => {
    await ok('reader', ['lane', 'send', '--room', 'Pipes', 'here'])
    await ok('writer', ['lane', 'send', '--room', 'Pipes'], 'one\ntwo')
    const received = await ok('reader', ['lane', 'receive'])
    expect(textsOf(received)).toEqual(['one', 'two'])
    expect(received[0]).toMatchObject({ room: expect.any(Number), from: 'writer' })
    expect(await ok('writer', ['lane', 'rooms'])).toMatchObject([{ name: 'Pipes', isPrivate: false }])
  })

  it('lose nothing when they are killed: what was printed is not printed again, the rest is', async () => {
    const lines = Array.from({ length: 200 }, (_, at) => `line ${at}`)
    await enrol('sturdy')
    const following = world.start('sturdy', 'lane', 'receive', '--follow')
    const sending = ok('writer', ['lane', 'send', 'sturdy'], lines.join('\n'))
    await following.says('line 40')
    following.child.kill('SIGKILL')
    const { out } = await following.ended
    await sending
    const before = values(out.slice(0, out.lastIndexOf('\n') + 1))
    const after = await ok('sturdy', ['lane', 'receive'])
    const texts = textsOf([...before, ...after])
    expect(new Set(texts)).toEqual(new Set(lines))
    // The one that was being printed may come twice.
    expect(texts.length).toBeLessThanOrEqual(lines.length + 1)
    expect([...new Set(texts)]).toEqual(lines)
  })

  it('say what cannot be done by an exit code', async () => {
    for (const [args, exit, code] of [
      [['lane', 'send', 'nobody.here', 'x'], 3, 'USER_NOT_FOUND'],
      [['lane', 'send', '--room', '999999', 'x'], 3, 'ROOM_NOT_FOUND'],
      [['lane', 'trust', 'writer', 'A'.repeat(43)], 8, 'KEY_CHANGED'],
    ] as const) {
      const end = await world.sotto('reader', ['--json', ...args])
      expect(end).toMatchObject({ exit, out: '' })
      expect(values(end.err)).toMatchObject([{ code, exit }])
    }
    for (const [profile, args, exit] of [
      ['nobody', ['lane', 'send', 'reader', 'x'], 11],
      ['reader', ['lane', 'send', 'writer', 'x', '--as', 'other'], 11],
      ['reader', ['lane', 'send', 'writer', 'x', '--enc', 'A128CBC'], 2],
      ['new', ['lane', 'register', 'x y', '--server', world.url], 2],
      ['new', ['lane', 'register', 'new', '--server', 'chat.example'], 2],
      ['new', ['lane', 'register', 'new', '--server', 'http://localhost:9'], 10],
      ['new', ['lane', 'login', 'new', '--server', world.url], 2],
    ] as const)
      expect((await world.sotto(profile, args)).exit, args.join(' ')).toBe(exit)
  })
})

describe('access tokens of a person', () => {
  it('are made, listed without themselves, used by a script, and revoked', async () => {
    await world.register('pia')
    const [made] = await ok('pia', ['token', 'create', 'alerts', '--days', '7'])
    expect(made).toMatchObject({ id: expect.any(Number), token: expect.stringMatching(/^[\w-]{43}$/) })
    const listed = await ok('pia', ['token', 'list'])
    expect(listed).toMatchObject([{ id: made?.['id'], name: 'alerts', scopes: ['read', 'send', 'account'] }])
    expect(JSON.stringify(listed)).not.toContain(made?.['token'])
    const login = ['lane', 'login', 'pia', '--server', world.url, '--token-stdin']
    await ok('pia-script', login, `${String(made?.['token'])}\n`)
    await ok('pia-script', ['lane', 'send', 'reader', 'by token'])
    const [received] = await ok('reader', ['lane', 'receive'])
    expect(received).toMatchObject({ from: 'pia', text: 'by token' })
    await ok('pia', ['token', 'revoke', String(made?.['id'])])
    expect((await world.sotto('pia-script', ['lane', 'send', 'reader', 'x'])).exit).toBe(5)
    expect(await ok('pia', ['token', 'list'])).toEqual([])
  })

  it('that only read receive, and do not send', async () => {
    await world.register('quin')
    const tokenOf = async (scopes: string): Promise<string> => {
      const [made] = await ok('quin', ['token', 'create', scopes, '--scopes', scopes])
      return `${String(made?.['token'])}\n`
    }
    const login = ['lane', 'login', 'quin', '--server', world.url, '--token-stdin']
    await ok('quin-reader', login, await tokenOf('read,account'))
    await ok('quin-reader', ['lane', 'trust', 'reader'])
    await ok('reader', ['lane', 'send', 'quin', 'for who reads'])
    expect(textsOf(await ok('quin-reader', ['lane', 'receive', '--timeout', '30']))).toEqual([
      'for who reads',
    ])
    const refused = await world.sotto('quin-reader', ['--json', 'lane', 'send', 'reader', 'x'])
    expect(values(refused.err)).toMatchObject([{ code: 'SCOPE_MISSING', exit: 6 }])
  })

  it('need an account, a known scope, and a number that is one', async () => {
    for (const [profile, args, exit] of [
      ['nobody', ['token', 'list'], 11],
      ['pia', ['token', 'create', 'x', '--scopes', 'everything'], 2],
      ['pia', ['token', 'create', 'x', '--days', '4000'], 2],
      ['pia', ['token', 'revoke', '12345'], 3],
      ['pia', ['token', 'revoke', 'x'], 2],
    ] as const)
      expect((await world.sotto(profile, args)).exit, args.join(' ')).toBe(exit)
  })
})
