import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { makeIdentity, memoryLaneStore, openLane, register } from '@sotto/lane'
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { python, runPython } from './lane/python.ts'
import { goodPassword } from './lane/rest.ts'
import { laneServer } from './lane/server.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The program of a page, as it stands there. */
const programIn = (page: string, language: string): string => {
  const text = readFileSync(join(root, 'docs/api', page), 'utf8')
  const program = new RegExp(`\`\`\`${language}\\n([\\s\\S]+?)\`\`\``).exec(text)?.[1]
  if (program === undefined) throw new Error(`${page} has no program in ${language}`)
  return program
}

// Inside of the repository, or our packages would not be found.
mkdirSync(join(root, 'build'), { recursive: true })
const directory = mkdtempSync(join(root, 'build', 'pages-'))
const elsewhere = mkdtempSync(join(tmpdir(), 'sotto-pages-'))
afterAll(() => {
  for (const one of [directory, elsewhere]) rmSync(one, { recursive: true, force: true })
})

const server = await laneServer()

const run = (command: string, args: readonly string[], cwd: string, env: object = {}): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, URL: server.url, ...env } })
    let output = ''
    let remarks = ''
    child.stdout.on('data', (data: Buffer) => (output += data.toString()))
    child.stderr.on('data', (data: Buffer) => (remarks += data.toString()))
    child.once('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`${code}: ${remarks}`))))
  })

test('the program of the TypeScript page runs, and says what it is told', async () => {
  const file = join(directory, 'program.ts')
  writeFileSync(file, programIn('typescript.md', 'ts'))
  const said = await run(process.execPath, ['--disable-warning=ExperimentalWarning', file], directory)
  expect(said).toBe('ts-writer: hello: "exit"\nts-writer in the room: hello to all\n')
})

test.skipIf(python === undefined)(
  'the program of the Python page runs (needs python3-socketio, -jwcrypto, -websocket, -requests)',
  async () => {
    process.env['URL'] = server.url
    const said = await runPython(programIn('python.md', 'python'), []).ended
    expect(said).toBe('py-writer: hello: "exit"\n')
  },
)

/** Every block of a page in one language, as it stands there. */
const blocksIn = (page: string, language: string): readonly string[] => {
  const text = readFileSync(join(root, 'docs/api', page), 'utf8')
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]+?)\`\`\``, 'g'))].map(
    ([, block = '']) => block,
  )
}

test.skipIf(python === undefined)(
  'the commands of the Python page give two accounts two keys, and the message arrives',
  async () => {
    const folder = join(elsewhere, 'python')
    cpSync(join(root, 'examples/python'), folder, { recursive: true })
    const [receiving = '', sending = ''] = blocksIn('python.md', 'sh').map((block) =>
      block.replaceAll('http://localhost:5000', server.url),
    )
    const env = { ...process.env, PATH: `/usr/bin:${process.env['PATH'] ?? ''}`, PYTHONUNBUFFERED: '1' }
    const receiver = spawn('bash', ['-c', `exec 2>&1; ${receiving}`], { cwd: folder, env, detached: true })
    let heard = ''
    receiver.stdout.on('data', (data: Buffer) => (heard += data.toString()))
    try {
      await expect.poll(() => heard, { timeout: 90_000 }).toContain('connected')
      await run('bash', ['-c', sending], folder, { PATH: env.PATH })
      await expect.poll(() => heard, { timeout: 90_000 }).toContain('}\n')
    } finally {
      process.kill(-(receiver.pid ?? 0), 'SIGKILL')
    }
    const told = JSON.parse(heard.split('\n').at(-2) ?? '') as object
    expect(told).toMatchObject({ sender: 'alerts', text: 'disk full: "/var"' })
    const keys = ['reader', 'alerts'].map((name) => readFileSync(join(folder, `${name}.key.json`), 'utf8'))
    expect(new Set(keys.map((key) => (JSON.parse(key) as { readonly n: string }).n)).size).toBe(2)
    // Whoever comes with another key hears so, and is not silently unread.
    await expect(
      run('bash', ['-c', sending.replace('alerts reader', 'alerts reader --key reader.key.json')], folder, {
        PATH: env.PATH,
      }),
    ).rejects.toThrow('alerts has another key on this server')
    for (const wrong of ["printf ''", "printf '\\377\\376'"])
      await expect(
        run('bash', ['-c', sending.replace(/^echo .*?(?= \|)/m, wrong)], folder, { PATH: env.PATH }),
      ).rejects.toThrow('nothing was sent')
  },
  // Keys of 3072 bits, made in Python on a machine that does other things, too.
  240_000,
)

const ecPem = (): string =>
  String(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' }))

const tools = ['bash', 'curl', 'jq', 'openssl']
const absent = tools.filter((tool) => spawnSync(tool, ['--version']).error !== undefined)

test.skipIf(absent.length > 0)(
  'the program of the curl page seals, signs and sends what the SDK reads (needs curl, jq, openssl)',
  async () => {
    const identity = await makeIdentity('RSA-3072')
    const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...jwk } = identity.receiving
    const publicKey = createPublicKey({ key: { ...jwk }, format: 'jwk' }).export({
      type: 'spki',
      format: 'pem',
    })
    await register(server.url, { name: 'sh-reader', password: goodPassword, publicKey })
    const told: unknown[] = []
    const lane = await openLane({
      server: server.url,
      credentials: { kind: 'program', name: 'sh-reader', password: goodPassword },
      identity,
      store: memoryLaneStore(),
      onEvent: (event) => void (event.kind === 'connection' || told.push(event)),
    })
    const text = 'exit: "disk full"\n\té🙂'
    const script = programIn('curl.md', 'sh')
    const send = (settings: object): Promise<string> =>
      run('bash', ['-c', script], elsewhere, { TO: 'sh-reader', TEXT: text, ...settings })
    // Twice: the second time with the key and the account that are there.
    for (const [one, TO] of [
      [text, 'sh-reader'],
      ['again', 'SH-Reader'],
    ])
      expect(await send({ TEXT: one, TO })).toMatch(/^\[\{"ok":true,"timestamp":"[^"]+Z"\}\]\n$/)
    // As the programs in Python put theirs up.
    await register(server.url, { name: 'jwk-reader', password: goodPassword, publicKey: jwk })
    expect(await send({ TO: 'jwk-reader' })).toContain('"ok":true')
    await register(server.url, { name: 'ec-reader', password: goodPassword, publicKey: ecPem() })
    for (const [settings, why] of [
      [{ TEXT: '' }, 'there is nothing to send'],
      [{ TEXT: ' \n' }, 'there is nothing to send'],
      [{ TO: 'nobody-here' }, 'USER_NOT_FOUND'],
      [{ TO: 'ec-reader' }, 'the key of ec-reader is EC'],
      [{ TEXT: 'x'.repeat(60_000) }, 'PAYLOAD_TOO_LARGE'],
      [{ URL: 'http://127.0.0.1:1' }, 'no answer'],
    ] as const)
      await expect(send(settings), JSON.stringify(settings).slice(0, 40)).rejects.toThrow(why)
    const badBytes = `TEXT=$(printf 'a\\377b'); ${script}`
    await expect(run('bash', ['-c', badBytes], elsewhere, { TO: 'sh-reader' })).rejects.toThrow('not UTF-8')
    await lane.caughtUp()
    await lane.close()
    expect(told).toMatchObject([
      { kind: 'key_pinned', name: 'sh-alerts' },
      { kind: 'message', from: 'sh-alerts', text },
      { kind: 'message', from: 'sh-alerts', text: 'again' },
    ])
  },
)
