import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ended, makeWorld, password, values, type World } from './world/processes.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
  await world.serve()
  await world.register('alice')
  await world.register('bob')
  await world.sotto('alice', ['room', 'create', 'General'])
  await world.sotto('alice', ['room', 'invite', 'General', 'bob'])
  await world.sotto('bob', ['room', 'accept'])
  await world.sotto('lane', ['lane', 'register', 'alerts', '--server', world.url])
  await world.sotto('lane2', ['lane', 'register', 'reader', '--server', world.url])
}, 120_000)
afterAll(() => world.end())

const texts = (out: string) => values(out).map(({ text }) => text)
const noDevFull = process.platform !== 'linux'

/** A trace names a place in a file: ` at name (file:///…:1:2)`, `node:internal/…:1`. */
const expectNoTrace = ({ err }: Ended): void => expect(err).not.toMatch(/^\s+at |node:internal|\.ts:\d/m)

/** Runs a command whose reader has gone before it says anything. */
const toNobody = (name: string, ...args: readonly string[]): Promise<Ended> => {
  const running = world.start(name, ...args)
  running.child.stdout.destroy()
  running.child.stdin.end()
  return running.ended
}

const source = fileURLToPath(new URL('../src/', import.meta.url))

describe('what cannot be written', () => {
  it('goes through one place, which knows how it went', () => {
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    )
    const writing = files.filter((name) =>
      /process\.stdout\.write|console\./.test(readFileSync(join(source, name), 'utf8')),
    )
    expect(writing.toSorted()).toEqual(['chat/screen.ts'])
  })

  it.skipIf(noDevFull)(
    'is not read: `receive` to a full disk says so, and the next one has all of it',
    async () => {
      await world.sotto('alice', ['send', 'General'], 'one\ntwo\nthree\n')
      for (const options of ['', '--json', '--follow --timeout 5', 'General']) {
        const full = await world.inShell('bob', `sotto receive ${options} > /dev/full`)
        expect(full.exit, options).toBe(11)
        expect(full.err).toMatch(/The output could not be written|"stream":"stdout"/)
        expectNoTrace(full)
      }
      // Node puts /dev/null in the place of what a shell has closed.
      for (const command of ['receive', 'chat General']) {
        const closed = await world.inShell('bob', `sotto ${command} >&-`)
        expect([closed.exit, closed.err]).toEqual([2, expect.stringContaining('standard output is closed')])
      }
      expect(texts((await world.sotto('bob', ['receive'])).out)).toEqual(['one', 'two', 'three'])
      expect((await world.sotto('bob', ['receive'])).out).toBe('')
    },
  )

  it('is not read: `receive` to a reader that has gone ends quietly, and the next one has all of it', async () => {
    await world.sotto('alice', ['send', 'General'], 'four\nfive\n')
    for (const options of [[], ['--follow', '--timeout', '20']])
      expect(await toNobody('bob', 'receive', ...options)).toMatchObject({ exit: 0, err: '' })
    const chat = await toNobody('bob', 'chat', 'General', '--json')
    expect(chat).toMatchObject({ exit: 0, err: '' })
    expect(texts((await world.sotto('bob', ['receive'])).out)).toEqual(['four', 'five'])
  })

  it('is not read: what goes beyond the count', async () => {
    await world.sotto('alice', ['send', 'General'], 'c1\nc2\nc3\nc4\n')
    const first = await world.sotto('bob', ['receive', '--count', '1'])
    expect([first.exit, texts(first.out)]).toEqual([0, ['c1']])
    const following = await world.sotto('bob', ['receive', '--follow', '--count', '2'])
    expect([following.exit, texts(following.out)]).toEqual([0, ['c2', 'c3']])
    expect(texts((await world.sotto('bob', ['receive'])).out)).toEqual(['c4'])
    expect((await world.sotto('bob', ['receive', '--count', 'one'])).exit).toBe(2)
  })

  it.skipIf(noDevFull)('is not received: the same for programs', async () => {
    await world.sotto('lane', ['lane', 'send', 'reader'], 'six\nseven\n')
    const full = await world.inShell('lane2', 'sotto lane receive > /dev/full')
    expect(full.exit).toBe(11)
    expectNoTrace(full)
    expect((await world.inShell('lane2', 'sotto lane receive >&-')).exit).toBe(2)
    expect(await toNobody('lane2', 'lane', 'receive')).toMatchObject({ exit: 0, err: '' })
    expect(texts((await world.sotto('lane2', ['lane', 'receive'])).out)).toEqual(['six', 'seven'])
  })

  it.skipIf(noDevFull)(
    'leaves nothing behind whose secret nobody has',
    async () => {
      const making = [
        ['alice', ['token', 'create', 'lost', '--scopes', 'read'], ['token', 'list']],
        ['alice', ['hook', 'create', 'General', '--name', 'lost'], ['hook', 'list', 'General']],
        ['host', ['invite', '--data', world.data], ['invite', 'list', '--data', world.data]],
      ] as const
      for (const [name, make, list] of making) {
        const full = await world.inShell(name, `sotto ${make.join(' ')} > /dev/full`)
        expect(full, make.join(' ')).toMatchObject({ exit: 11 })
        expect(full.err).toMatch(/was revoked, because nobody got its secret/)
        const gone = await toNobody(name, ...make, '--json')
        expect(gone, make.join(' ')).toMatchObject({ exit: 2 })
        expect(gone.err).toMatch(/"revoked":"(access token|hook lost|invite) /)
        expectNoTrace(gone)
        const left = await world.sotto(name, [...list, '--json'])
        expect(left, list.join(' ')).toMatchObject({ exit: 0, out: '' })
      }
    },
    120_000,
  )

  it.skipIf(noDevFull)('is said of every kind of command, in words', async () => {
    for (const line of [
      'man',
      '--help',
      '--version',
      'room --help',
      'rooms',
      'whoami --json',
      'lane whoami',
    ]) {
      const full = await world.inShell(
        line.startsWith('lane') ? 'lane' : 'alice',
        `sotto ${line} > /dev/full`,
      )
      expect(full.exit, line).toBe(11)
      expectNoTrace(full)
    }
    const everything = await world.inShell('alice', 'sotto nonsense > /dev/full 2> /dev/full')
    expect(everything.exit).toBe(2)
  })

  it.skipIf(noDevFull)('ends no server, which logs to it, and keeps none from ending', async () => {
    const data = join(world.data, '..', 'logged')
    const serve = `sotto serve --port 0 --data '${data}' --log-level debug`
    const running = world.startInShell('alice', `${serve} 2> /dev/full`)
    await running.says('Sotto serves on')
    const [url = ''] = /http:\/\/localhost:\d+/.exec(running.out()) ?? []
    for (let i = 0; i < 20; i++) expect((await fetch(`${url}/v1/server`)).status).toBe(200)
    running.child.kill('SIGTERM')
    expect(await running.ended).toMatchObject({ exit: 0 })
  })

  it('keeps nothing from being sent', async () => {
    const running = world.start('alice', 'send', 'General', '--json')
    running.child.stdout.destroy()
    running.child.stdin.end('eight\nnine\n')
    expect(await running.ended).toMatchObject({ exit: 0, err: '' })
    expect(texts((await world.sotto('bob', ['receive'])).out)).toEqual(['eight', 'nine'])
  })

  it('waits for a reader that is slow, and ends when it is asked to', async () => {
    const all = Array.from({ length: 8 }, (_, i) => `${i} ${'x'.repeat(40_000)}`)
    await world.sotto('alice', ['send', 'General'], all.join('\n'))
    const running = world.start('bob', 'receive', '--follow')
    running.child.stdout.pause()
    await expect.poll(() => running.child.stdout.readableLength, { timeout: 20_000 }).toBeGreaterThan(10_000)
    running.child.kill('SIGTERM')
    running.child.stdout.resume()
    await running.ended
    // Ended in the middle of a line or not: what was not written comes again.
    const first = texts(running.out().slice(0, running.out().lastIndexOf('\n') + 1))
    const rest = texts((await world.sotto('bob', ['receive'])).out)
    expect(new Set([...first, ...rest])).toEqual(new Set(all))
  })
})

const bytes = (...parts: readonly (string | readonly number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))))

describe('what comes in by a pipe', () => {
  const inputs: readonly (readonly [string, Buffer, number, string, readonly string[]])[] = [
    [
      'a byte order mark, Windows line ends, blank lines, no end of the last line',
      bytes([0xef, 0xbb, 0xbf], 'marked\r\n\r\n \t\n\u200b\nb'),
      0,
      '3 blank lines skipped',
      ['marked', 'b'],
    ],
    [
      'a line that is not UTF-8: it is named, and what stands before it is sent',
      bytes('good\n', [0xe9], 't', [0xe9], '\nmore\n'),
      2,
      'line 2 of the input: it is not UTF-8',
      ['good'],
    ],
    ['nothing', bytes(), 0, '0 messages sent', []],
  ]
  it.each(inputs)('%s', async (_, input, exit, said, sent) => {
    const end = await world.sotto('alice', ['send', 'General'], input)
    expect(end.exit).toBe(exit)
    expect(end.err).toContain(said)
    expectNoTrace(end)
    expect(texts((await world.sotto('bob', ['receive'])).out)).toEqual(sent)
    const lane = await world.sotto('lane', ['lane', 'send', 'reader'], input)
    expect(lane.exit).toBe(exit)
    expect(lane.err).toContain(said)
    expect(texts((await world.sotto('lane2', ['lane', 'receive'])).out)).toEqual(sent)
  })

  it('all of it one message, on both lanes', async () => {
    const bob = ['send', 'General', '--whole']
    const reader = ['lane', 'send', 'reader', '--whole']
    for (const [name, args] of [
      ['alice', bob],
      ['lane', reader],
    ] as const)
      for (const input of [bytes('a', [0], 'b\n'), bytes(' \n\n'), bytes()])
        expect(await world.sotto(name, args, input)).toMatchObject({ exit: 2, out: '' })
    const good = bytes([0xef, 0xbb, 0xbf], 'one\n\ntwo\n')
    expect((await world.sotto('alice', bob, good)).exit).toBe(0)
    expect((await world.sotto('lane', reader, good)).exit).toBe(0)
    expect(texts((await world.sotto('bob', ['receive'])).out)).toEqual(['one\n\ntwo\n'])
    expect(texts((await world.sotto('lane2', ['lane', 'receive'])).out)).toEqual(['one\n\ntwo\n'])
    expect((await world.sotto('alice', ['send', 'General', ''])).exit).toBe(2)
    expect((await world.sotto('lane', ['lane', 'send', 'reader', '\u200b'])).exit).toBe(2)
  })

  it('of a file that is no text nothing is sent', async () => {
    const file = join(world.data, 'latin1.txt')
    writeFileSync(file, bytes('good\nbad ', [0xe9], '\n'))
    const end = await world.inShell('alice', `sotto send General < '${file}'`)
    expect(end.exit).toBe(2)
    expect(end.err).toContain('line 2 of the input')
    expect((await world.sotto('bob', ['receive'])).out).toBe('')
  })

  it('what cannot be read, or had, is said in words', async () => {
    // As `nohup` leaves it.
    const end = await world.inShell('alice', 'sotto send General 0> /dev/null')
    expect(end.exit).toBe(2)
    expect(end.err).toContain('the input cannot be read')
    expectNoTrace(end)
    const file = join(world.data, 'a-file')
    writeFileSync(file, '')
    const profile = await world.inShell('alice', `sotto --profile '${file}/below' whoami`)
    expect(profile.exit).toBe(11)
    expectNoTrace(profile)
  })

  it('a password and a name are what was meant, or refused', async () => {
    const register = (profile: string, input: Buffer) =>
      world.sotto(profile, ['register', profile, '--server', world.url, '--password-stdin'], input)
    expect((await register('latin', bytes('correct horse ', [0xe9], '\n'))).exit).toBe(2)
    expect((await register('marked', bytes([0xef, 0xbb, 0xbf], `${password}\r\n`))).exit).toBe(0)
    await world.sotto('marked', ['logout'])
    expect((await world.sotto('marked', ['login', '--password-stdin'], password)).exit).toBe(0)
    const name = await world.inShell('alice', `sotto room create "$(printf 'caf\\351')"`)
    expect(name).toMatchObject({ exit: 2, out: '' })
    expect(name.err).toContain('argument 5 is not UTF-8')
  })
})
