import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it, test } from 'vitest'
import { type Origin, origins } from '../../packages/server/src/open/documents/comingFrom/index.ts'
import { markdownIndex, markdownOf } from './comingFrom/markdown.ts'
import { startGateway } from './gateway/gatewayProcess.ts'
import { laneServer } from './lane/server.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** What each program prints, and whether it speaks to a gateway. */
const runs: Readonly<Record<string, { readonly said: string; readonly gateway: boolean }>> = {
  'page-with-proxy': { said: 'I: see https://example.org: exit\n', gateway: true },
  'invited-sessions': { said: 'session-alice: only the two of us\n', gateway: false },
  'room-server': { said: 'rest-alice: written on this machine\n', gateway: false },
  'join-general': { said: 'hello from the other window', gateway: false },
  'sender-and-receiver': { said: 'pair-writer: over the gateway\n', gateway: true },
}

// Inside of the repository, or our packages would not be found.
mkdirSync(join(root, 'build'), { recursive: true })
const directory = mkdtempSync(join(root, 'build', 'coming-from-'))
const elsewhere = mkdtempSync(join(tmpdir(), 'sotto-coming-from-'))
afterAll(() => {
  for (const one of [directory, elsewhere]) rmSync(one, { recursive: true, force: true })
})

const server = await laneServer()

/** Runs a program in a process of its own. @returns what it printed */
const run = (command: string, args: readonly string[], cwd: string, env: object): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, URL: server.url, ...env } })
    let output = ''
    let remarks = ''
    child.stdout.on('data', (data: Buffer) => (output += data.toString()))
    child.stderr.on('data', (data: Buffer) => (remarks += data.toString()))
    child.once('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`${code}: ${remarks}`))))
  })

/** Commands of a page, as somebody types them in a folder where `npx sotto` is ours. */
const runCommands = (text: string): Promise<string> => {
  const commands = join(elsewhere, 'bin')
  mkdirSync(commands)
  writeFileSync(join(commands, 'npx'), '#!/bin/sh\nshift\nexec sotto "$@"\n', { mode: 0o755 })
  symlinkSync(join(root, 'packages/cli/bin/sotto.mjs'), join(commands, 'sotto'))
  return run('sh', ['-e', '-c', text], elsewhere, { PATH: `${commands}:${process.env['PATH'] ?? ''}` })
}

const runProgram = async ({ id, program }: Origin, env: object): Promise<string> => {
  if (program.language === 'sh') return runCommands(program.text)
  const file = join(directory, `${id}.${program.language === 'js' ? 'mjs' : 'ts'}`)
  writeFileSync(file, program.text)
  return run(process.execPath, ['--disable-warning=ExperimentalWarning', file], directory, env)
}

describe('whoever comes from another system', () => {
  it.each(origins)('$id: the program of the page runs as it stands', async (origin) => {
    const { said, gateway } = runs[origin.id] ?? { said: '', gateway: false }
    const beside = gateway ? await startGateway(join(elsewhere, origin.id), server.url) : null
    try {
      const env = beside ? { GATEWAY: beside.url, TOKEN: beside.token } : {}
      expect(await runProgram(origin, env)).toContain(said)
    } finally {
      await beside?.stop()
    }
  })

  it('finds each page on the server, and a way to it from the documents', async () => {
    const read = async (path: string): Promise<string> => {
      const answer = await fetch(server.url + path)
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
      return answer.text()
    }
    expect(await read('/docs')).toContain('href="/docs/coming-from"')
    const list = await read('/docs/coming-from')
    for (const { id, title } of origins) {
      expect(list).toContain(`href="/docs/coming-from/${id}"`)
      expect(await read(`/docs/coming-from/${id}`)).toContain(`<h1>${title}</h1>`)
    }
  })
})

/** The formatter has the last word about blanks. */
const words = (text: string): string => text.replace(/-{3,}/g, '---').replace(/\s+/g, ' ').trim()

test.each([
  ['README', markdownIndex(origins)] as const,
  ...origins.map((one) => [one.id, markdownOf(one)] as const),
])('docs/coming-from/%s.md says what the server says (node tests/open/comingFrom/write.ts)', (name, text) => {
  expect(words(readFileSync(join(root, 'docs/coming-from', `${name}.md`), 'utf8'))).toBe(words(text))
})
