import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'

const bin = fileURLToPath(new URL('../bin/sotto.mjs', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'sotto-settings-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const serve = (args: readonly string[], env: Record<string, string> = {}) =>
  spawnSync(process.execPath, [bin, 'serve', '--port', '0', '--data', join(directory, 'data'), ...args], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: 50_000,
  })

it.each([
  [
    'a path',
    ['--public-url', 'https://example.org/chat'],
    {},
    /not served below one; give it a name of its own/,
  ],
  [
    'a path, named for npm start',
    [],
    { SOTTO_PUBLIC_URL: 'https://example.org/chat' },
    /not served below one/,
  ],
  ['no address', [], { SOTTO_PUBLIC_URL: 'chat.example.org' }, /is no address; one looks like https:/],
  ['no proxy', [], { SOTTO_TRUST_PROXY: 'loopback, my-proxy' }, /my-proxy is no address of a proxy/],
  ['everybody', ['--trust-proxy', '0.0.0.0/0'], {}, /0\.0\.0\.0\/0 is no address of a proxy/],
  ['no name', [], { SOTTO_HOSTS: '*.example.org' }, /\*\.example\.org is no name of a server/],
] as const)('a server does not begin with %s, and says which setting it was', (_, args, env, words) => {
  const { status, stderr, stdout } = serve(args, env)
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(words)
  expect(stderr).not.toContain(' at ')
})
