import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { failures, openFailures } from '@sotto/client'
import { afterAll, describe, expect, it } from 'vitest'
import { exitOfLane } from '../src/lane/exit.ts'
import { sottoCommand } from '../src/main.ts'
import { commandTable, everyCommand } from '../src/shell/commandTable.ts'
import { completionScript } from '../src/shell/completion.ts'
import { exitTexts } from '../src/shell/exitCodes.ts'
import { manualPage } from '../src/shell/manual.ts'

const directory = mkdtempSync(join(tmpdir(), 'sotto-shell-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const pathOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
const root = commandTable(sottoCommand())
const leaves = everyCommand(root).filter(({ path, children }) => path !== '' && children.length === 0)
const isAbsent = (program: string): boolean => spawnSync(program, ['--version']).error !== undefined

/** What bash offers for a line, of which the last word is being written. */
const offered = (...words: readonly string[]): readonly string[] => {
  const line = ['sotto', ...words].map((word) => `'${word}'`).join(' ')
  const script = `${completionScript(root, 'bash')}\nCOMP_WORDS=(${line})\nCOMP_CWORD=${words.length}\n_sotto\nprintf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' })
  expect(stderr).toBe('')
  return stdout.split('\n').filter((word) => word !== '')
}

describe('completion', () => {
  it.skipIf(isAbsent('bash'))('of bash offers commands, options and their values (needs bash)', () => {
    expect(offered('la')).toEqual(['lane'])
    expect(offered('lane', 're')).toEqual(['register', 'receive'])
    expect(offered('room', '')).toEqual(expect.arrayContaining(['create', 'invite', '--json']))
    expect(offered('lane', 'send', 'bob', '--en')).toEqual(['--enc'])
    expect(offered('lane', 'register', 'x', '--key', 'R')).toEqual(['RSA-3072', 'RSA-4096'])
    // A room that is called like a command.
    expect(offered('send', 'room', '--time')).toEqual(['--timeout'])
    expect(offered('completion', '')).toContain('--help')
  })

  it('names every command and option for every shell', () => {
    for (const shell of ['bash', 'zsh', 'fish'] as const) {
      const script = completionScript(root, shell)
      for (const { path, options } of leaves) {
        expect(script).toContain(path.split(' ').at(-1))
        for (const { long } of options)
          expect(script).toContain(shell === 'fish' ? `-l ${long.slice(2)}` : long)
      }
    }
  })

  for (const shell of ['zsh', 'fish'] as const)
    it.skipIf(isAbsent(shell))(`of ${shell} is understood by it (needs ${shell})`, () => {
      const file = join(directory, shell)
      writeFileSync(file, completionScript(root, shell))
      const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' })
      expect([status, stderr]).toEqual([0, ''])
    })
})

describe('the manual page', () => {
  const page = manualPage(root)

  it('is the one of these commands: npx sotto man > packages/cli/man/sotto.1', () => {
    expect(readFileSync(pathOf('../man/sotto.1'), 'utf8')).toBe(page)
  })

  it.skipIf(isAbsent('groff'))('has no mistake that groff knows (needs groff)', () => {
    const { status, stderr } = spawnSync('groff', ['-man', '-ww', '-z'], { input: page, encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
  })

  it('says every command and every exit code', () => {
    for (const { path, description } of leaves) {
      expect(description).not.toBe('')
      expect(page).toContain(`sotto ${path}`.replaceAll('-', '\\-'))
    }
  })
})

describe('docs/api/cli.md', () => {
  const text = readFileSync(pathOf('../../../docs/api/cli.md'), 'utf8')

  it('says what every command prints', () => {
    const table = text.slice(text.indexOf('| command'), text.indexOf('`text` and `sender`'))
    for (const { path } of leaves) expect(table).toMatch(new RegExp(`\`${path}[ \`]`))
  })

  it('has one exit code for what both lanes refuse in the same words', () => {
    const both = Object.entries(openFailures).flatMap(([code, refused]) =>
      Object.values(failures).flatMap((own) => (own.text === refused.text ? [{ code, exit: own.exit }] : [])),
    )
    expect(both.map(({ code }) => code)).toEqual(expect.arrayContaining(['HOST_REFUSED', 'QUOTA']))
    // Where it is the server that has failed, this program has not.
    const told = both.filter(({ code }) => code !== 'INTERNAL')
    expect(told.map(({ code }) => exitOfLane(code as keyof typeof openFailures))).toEqual(
      told.map(({ exit }) => exit),
    )
  })

  it('says every exit code that there is', () => {
    const table = text.slice(text.indexOf('## Exit codes'))
    const own = Object.values(failures).map(({ exit }) => exit)
    const lane = Object.keys(openFailures).map((code) => exitOfLane(code as keyof typeof openFailures))
    const documented = exitTexts.map(({ exit }) => exit)
    for (const exit of new Set([...own, ...lane])) expect(documented).toContain(exit)
    for (const exit of documented) expect(table).toMatch(new RegExp(`^\\| ${exit} +\\|`, 'm'))
  })
})
