import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { calledFrom } from '../src/calledAs.ts'
import { commitOf } from '../src/version.ts'

const directory = mkdtempSync(join(tmpdir(), 'sotto-version-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const pathOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
const commit = '0123456789abcdef0123456789abcdef01234567'

/** A checkout with these files. */
const checkout = (name: string, files: Readonly<Record<string, string>>): string => {
  const root = join(directory, name)
  mkdirSync(root)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

describe('the version', () => {
  it.each(['--version', '-V'])('is printed by sotto %s: of the package, and the commit', (option) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [pathOf('../bin/sotto.mjs'), option], {
      encoding: 'utf8',
    })
    const { version } = JSON.parse(readFileSync(pathOf('../package.json'), 'utf8')) as { version: string }
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(new RegExp(`^${version.replaceAll('.', '\\.')}( \\([0-9a-f]{12}\\))?\n$`))
  })

  it.each([
    ['a commit itself', { '.git/HEAD': `${commit}\n` }, commit],
    ['a branch', { '.git/HEAD': 'ref: refs/heads/main\n', '.git/refs/heads/main': `${commit}\n` }, commit],
    [
      'a branch that git has packed',
      {
        '.git/HEAD': 'ref: refs/heads/main\n',
        '.git/packed-refs': `# pack-refs\n${commit} refs/heads/main\n`,
      },
      commit,
    ],
    [
      'a worktree',
      {
        '.git': 'gitdir: away/worktrees/one\n',
        'away/worktrees/one/HEAD': 'ref: refs/heads/one\n',
        'away/worktrees/one/commondir': '../..\n',
        'away/refs/heads/one': `${commit}\n`,
      },
      commit,
    ],
    ['no repository', { 'README.md': '' }, null],
    ['a branch without commits', { '.git/HEAD': 'ref: refs/heads/main\n' }, null],
    ['a branch elsewhere', { '.git/HEAD': 'ref: refs/../../secret\n', secret: `${commit}\n` }, null],
    ['something else', { '.git/HEAD': 'something else\n' }, null],
  ])('has a commit where there is one: of %s', (name, files, found) => {
    expect(commitOf(checkout(name, files))).toBe(found)
  })
})

describe('the way to call it', () => {
  it.each([
    ['/opt/sotto', '/opt/sotto', 'npx sotto'],
    ['/opt/sotto/packages/cli', '/opt/sotto/', 'npx sotto'],
    ['/opt/sotto2', '/opt/sotto', '/opt/sotto/packages/cli/bin/sotto.mjs'],
    ['/', '/opt/sotto/', '/opt/sotto/packages/cli/bin/sotto.mjs'],
    ['/opt', "/opt/it's/sotto", `'/opt/it'\\''s/sotto/packages/cli/bin/sotto.mjs'`],
  ])('from %s, with the checkout in %s, asks no registry: %s', (from, root, called) => {
    expect(calledFrom(from, root)).toBe(called)
  })
})
