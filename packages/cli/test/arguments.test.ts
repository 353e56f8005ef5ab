import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { checkArguments } from '../src/arguments.ts'

const pathOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
const bin = pathOf('../bin/sotto.mjs')

/** As `bin/sotto.mjs` does under a Node that is too old. */
const launcher = `
import { spawnSync } from 'node:child_process'
import { environmentHandedOn } from '${pathOf('../bin/handedOn.mjs')}'
const { status } = spawnSync(process.execPath, process.argv.slice(1), { stdio: 'inherit', env: environmentHandedOn() })
process.exit(status)`

const started = {
  'by itself': `"$NODE" "$BIN"`,
  'by a launcher': `"$NODE" --input-type=module -e "$LAUNCHER" -- "$BIN"`,
}

const inShell = (command: string, locale: string) =>
  spawnSync('sh', ['-c', command], {
    encoding: 'utf8',
    env: {
      NODE: process.execPath,
      BIN: bin,
      LAUNCHER: launcher,
      LC_ALL: locale,
      // No profile is there, and none is made.
      SOTTO_PROFILE: '/nonexistent/sotto',
    },
  })

describe.skipIf(process.platform !== 'linux')('an argument', () => {
  it.each(
    (['by itself', 'by a launcher'] as const).flatMap((how) =>
      ['C', 'C.UTF-8'].map((locale) => [how, locale] as const),
    ),
  )('that is not UTF-8 is refused, started %s, in the locale %s', (how, locale) => {
    const { status, stderr, stdout } = inShell(`${started[how]} send Ops "$(printf 'a\\377b')"`, locale)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain('argument 3 is not UTF-8')
  })

  it.each(['by itself', 'by a launcher'] as const)(
    'that holds the sign of replacement itself is an argument, started %s',
    (how) => {
      const { stderr } = inShell(`${started[how]} send Ops "$(printf 'a\\357\\277\\275b')"`, 'C.UTF-8')
      expect(stderr).not.toContain('UTF-8')
    },
  )
})

describe('what was damaged on its way', () => {
  afterEach(() => void delete process.env['SOTTO_ARGUMENTS_DAMAGED'])

  it('is refused once, and not handed on to what this program starts', () => {
    process.env['SOTTO_ARGUMENTS_DAMAGED'] = '1'
    expect(() => checkArguments(['send', 'Ops', 'a\ufffdb'])).toThrow('argument 3 is not UTF-8')
    expect(process.env['SOTTO_ARGUMENTS_DAMAGED']).toBeUndefined()
  })
})
