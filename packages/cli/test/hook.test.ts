import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { generateKeyPairSync } from 'node:crypto'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hasSomethingToSee } from '@sotto/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeWorld, values, type World } from './world/processes.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
  await world.serve()
  await world.register('alice')
  await world.sotto('alice', ['room', 'create', 'General'])
}, 60_000)
afterAll(() => world.end())

/** Debian's own Python first: another one on the path may not have its packages. */
const path = `/usr/bin:${process.env['PATH'] ?? ''}`
const can = (command: string, ...args: readonly string[]): boolean =>
  spawnSync(command, args, { env: { ...process.env, PATH: path } }).status === 0
const noJwcrypto = !can('python3', '-c', 'import jwcrypto.jwe')
const noCryptography = !can('python3', '-c', 'import cryptography')
const noShell = noCryptography || !can('curl', '--version') || !can('openssl', 'version')

/** What a person does with what `hook create` prints: runs it in a folder of its own. */
const inFolder = async (name: string, command: string, input: string | Buffer) => {
  const cwd = join(dirname(world.data), name)
  mkdirSync(cwd, { recursive: true })
  const child = spawn('sh', ['-c', command], { cwd, env: { ...process.env, PATH: path } })
  let out = ''
  let err = ''
  child.stdout.on('data', (data: Buffer) => (out += data.toString()))
  child.stderr.on('data', (data: Buffer) => (err += data.toString()))
  // A script that has refused does not read on.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [exit] = (await once(child, 'close')) as [number | null]
  return { exit, out, err, cwd }
}

const received = async () => {
  const { out } = await world.sotto('alice', ['receive', 'General'])
  return values(out).map(({ hook, sender, text, fault }) => ({ hook, sender, text, fault }))
}
const shown = (hook: string, text: string) => ({ hook, sender: null, text, fault: undefined })

const strange = 'exit: "quotes", colons: \\ and é🙂\nsecond line <script>'

/** Each character with which alone a text would be empty, all in one text, which is empty, too (TEXT-1). */
const unseenTogether = Array.from({ length: 0x110000 }, (_, point) => point)
  .filter((point) => point > 0 && (point < 0xd800 || point > 0xdfff))
  .map((point) => String.fromCodePoint(point))
  .filter((character) => !hasSomethingToSee(character))
  .join('')

const recipe = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../recipes/${name}`, import.meta.url)), 'utf8')

/** From the bounds of a post to what opens the keys: what both scripts in Python do alike. */
const sharedPart = (source: string): string =>
  /^TEXT_BYTES_MAX[^]*^def text_of[^]*^def call[^]*?(?=^def newest_keys)/m.exec(source)?.[0] ?? source

it('both scripts in Python look at a text and call the server alike', () => {
  expect(sharedPart(recipe('post_cryptography.py'))).toBe(sharedPart(recipe('post.py')))
})

describe('sotto hook', () => {
  it.skipIf(noJwcrypto)('prints what works with Python (needs python3-jwcrypto): EC and RSA', async () => {
    const made = await world.sotto('alice', ['hook', 'create', 'General', '--name', 'Deploys'])
    expect(made.exit).toBe(0)
    expect(made.err).toContain('the script pins this')
    expect(await inFolder('jwcrypto', 'sh', made.out)).toMatchObject({ exit: 0, err: '' })
    for (const kind of ['EC', 'RSA'])
      expect(await inFolder('jwcrypto', `python3 post.py ${kind}`, strange)).toMatchObject({
        exit: 0,
        err: '',
      })
    expect(await received()).toEqual([
      shown('Deploys', 'It works.'),
      shown('Deploys', strange),
      shown('Deploys', strange),
    ])
  })

  it.skipIf(noCryptography).each(['ES256', 'PS256', 'EdDSA'])(
    'prints what works without a JOSE library (needs python3-cryptography), signed with %s',
    async (algorithm) => {
      const made = await world.sotto('alice', [
        'hook',
        'create',
        'General',
        '--name',
        algorithm,
        '--recipe',
        'cryptography',
        '--algorithm',
        algorithm,
      ])
      expect(await inFolder(algorithm, 'sh', made.out)).toMatchObject({ exit: 0, err: '' })
      const posted = await inFolder(algorithm, 'python3 post.py RSA', strange)
      expect(posted).toMatchObject({ exit: 0, err: '' })
      expect(await received()).toEqual([shown(algorithm, 'It works.'), shown(algorithm, strange)])
      const modes = readdirSync(posted.cwd)
      expect(modes.toSorted()).toEqual(['hook.json', 'post.py'])
    },
  )

  it.skipIf(noShell)('prints what works with curl and openssl (needs python3-cryptography)', async () => {
    const made = await world.sotto('alice', [
      'hook',
      'create',
      'General',
      '--name',
      'Cron',
      '--recipe',
      'shell',
    ])
    expect(await inFolder('shell', 'sh', made.out)).toMatchObject({
      exit: 0,
      err: expect.not.stringMatching('fail'),
    })
    expect(await inFolder('shell', './post.sh', strange)).toMatchObject({ exit: 0 })
    expect(await received()).toEqual([shown('Cron', 'It works.'), shown('Cron', strange)])
  })

  it.for([
    ['post.py with jwcrypto', noJwcrypto, 'jwcrypto', 'python3 post.py'],
    ['post.py with cryptography', noCryptography, 'ES256', 'python3 post.py'],
    ['post.sh', noShell, 'shell', './post.sh'],
  ] as const)(
    '%s posts nothing that nobody could read',
    async ([what, isMissing, folder, command], { skip }) => {
      skip(isMissing, `what ${what} needs is not here`)
      for (const [input, why] of [
        ['', 'message is empty'],
        [' \n\t\n', 'message is empty'],
        ['\u2800', 'message is empty'],
        [unseenTogether, 'message is empty'],
        ['x'.repeat(48 * 1024 + 1), '49153 bytes are more than the 49152'],
        ['€'.repeat(17_000), '51000 bytes'],
        [Buffer.from([0x68, 0xff, 0xfe]), 'not UTF-8'],
        ['a\0b', 'NUL'],
        [`x${'\n\u0001'.repeat(20_000)}`, 'longer than a post may be'],
      ] as const) {
        const posted = await inFolder(folder, command, input)
        expect(posted.exit).not.toBe(0)
        expect(posted.err).toContain(why)
        expect(posted.err).not.toContain('Traceback')
      }
      expect(await received()).toEqual([])
      // With the byte order mark off, and the longest that there may be.
      const longest = 'é'.repeat(24 * 1024)
      for (const input of ['\ufefffirst', longest])
        expect(await inFolder(folder, command, input)).toMatchObject({ exit: 0 })
      expect((await received()).map(({ text, fault }) => [text, fault])).toEqual([
        ['first', undefined],
        [longest, undefined],
      ])
    },
  )

  it.skipIf(noCryptography)('a script that knows another anchor sends nothing (needs python3)', async () => {
    const { cwd } = await inFolder('ES256', 'true', '')
    const file = join(cwd, 'hook.json')
    const config = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    writeFileSync(file, JSON.stringify({ ...config, anchor: 'A'.repeat(43) }))
    const posted = await inFolder('ES256', 'python3 post.py', 'not for anybody')
    expect(posted.exit).not.toBe(0)
    expect(posted.err).toContain('not signed by the anchor')
    expect(await received()).toEqual([])
  })

  it('takes the key of a script that keeps its own, and says all of it as JSON', async () => {
    const { publicKey } = generateKeyPairSync('ed25519')
    const file = join(dirname(world.data), 'script.pem')
    writeFileSync(file, publicKey.export({ type: 'spki', format: 'pem' }))
    const made = await world.sotto('alice', [
      'hook',
      'create',
      'General',
      '--name',
      'Own key',
      '--key',
      file,
      '--json',
    ])
    expect(values(made.out)).toMatchObject([
      {
        name: 'Own key',
        algorithm: 'EdDSA',
        key: null,
        token: expect.stringMatching(/^[\w-]{43}$/),
        anchor: expect.stringMatching(/^[\w-]{43}$/),
        url: expect.stringMatching(/\/h\/[0-9a-f]{32}$/),
      },
    ])
  })

  it.skipIf(noJwcrypto)(
    'hands a script what people say, in order and once (needs python3-jwcrypto)',
    async () => {
      const made = await world.sotto('alice', ['hook', 'create', 'General', '--name', 'Reader', '--reads'])
      expect(await inFolder('reader', 'sh', made.out)).toMatchObject({ exit: 0, err: '' })
      const forward = world.start('alice', 'hook', 'forward', 'General', 'Reader')
      await forward.says('now gets the messages')
      const reading = inFolder('reader', 'python3 read.py 2', '')
      for (const text of ['first', strange]) await world.sotto('alice', ['send', 'General', text])
      const { out, err } = await reading
      expect(err).toBe('')
      expect(values(out)).toEqual(
        ['first', strange].map((text) => ({
          seq: expect.any(Number),
          sender: 'alice',
          text,
          timeMs: expect.any(Number),
        })),
      )
      await world.sotto('alice', ['send', 'General', 'later'])
      expect(values((await inFolder('reader', 'python3 read.py 1', '')).out)).toMatchObject([
        { text: 'later' },
      ])
      forward.child.kill('SIGTERM')
      expect((await forward.ended).exit).toBe(0)
      // What is said meanwhile comes when somebody forwards again.
      await world.sotto('alice', ['send', 'General', 'meanwhile'])
      const again = world.start('alice', 'hook', 'forward', 'General', 'Reader')
      expect(values((await inFolder('reader', 'python3 read.py 1', '')).out)).toMatchObject([
        { text: 'meanwhile' },
      ])
      again.child.kill('SIGTERM')
      await again.ended
    },
  )

  it('makes none that could not be told from another one of the room', async () => {
    const like = (name: string) =>
      world.sotto('alice', ['hook', 'create', 'General', '--name', name, '--json'])
    const codes = async (name: string) => values((await like(name)).err).map(({ code }) => code)
    expect(await codes('Own key')).toEqual(['name_taken'])
    expect(await codes('Own k\u0435y')).toEqual(['name_alike'])
    expect(await codes('own key')).toEqual(['name_alike'])
  })

  it('lists and revokes', async () => {
    const listed = await world.sotto('alice', ['hook', 'list', 'General', '--json'])
    const named = values(listed.out).find(({ name }) => name === 'Own key')
    expect(named).toMatchObject({ generation: 1, hook: expect.any(String) })
    expect((await world.sotto('alice', ['hook', 'list', 'General'])).out).toMatch(
      /Own key +[0-9a-f]{32} +keys 1/,
    )
    const revoked = await world.sotto('alice', ['hook', 'revoke', 'General', 'Own key'])
    expect(revoked).toMatchObject({ exit: 0, out: 'hook Own key can no longer post to General.\n' })
    const again = await world.sotto('alice', ['hook', 'revoke', 'General', 'Own key'])
    expect(again.exit).toBe(3)
    const rest = await world.sotto('alice', ['hook', 'list', 'General', '--json'])
    expect(values(rest.out).map(({ name }) => name)).not.toContain('Own key')
  })
})
