import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { makeIdentity, memoryLaneStore, openLane, register } from '@sotto/client/open'
import { createPublicKey } from 'node:crypto'
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
    const said = await run('bash', ['-e', '-o', 'pipefail', '-c', script], elsewhere, {
      TO: 'sh-reader',
      TEXT: text,
    })
    expect(said).toMatch(/^430\[\{"ok":true,"timestamp":"[^"]+Z"\}\]\n$/)
    await lane.caughtUp()
    await lane.close()
    expect(told).toMatchObject([
      { kind: 'key_pinned', name: 'sh-alerts' },
      { kind: 'message', from: 'sh-alerts', text },
    ])
  },
)
