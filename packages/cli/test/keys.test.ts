import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { makeWorld, noScript, password, values, type World } from './world/processes.ts'

/** Several commands each, and a passphrase costs each of them a third of a second. */
vi.setConfig({ testTimeout: 240_000 })

let world: World
beforeAll(async () => {
  world = await makeWorld()
  await world.serve()
}, 60_000)
afterAll(() => world.end())

const passphrase = 'staple battery horse'
const canary = 'canary in the lane'
const under = `SOTTO_KEYS=passphrase SOTTO_PASSPHRASE='${passphrase}'`
const register = (name: string): string =>
  `printf '%s\\n' '${password}' | sotto register ${name} --server ${world.url} --password-stdin`

/** What lies in the files of a profile, as it is. */
const rawOf = (directory: string): string =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n')

describe('without a keystore', () => {
  it('keys are in a file: nobody is asked, it is said, and why, and whoami says what that means', async () => {
    const none = 'unset SOTTO_KEYS DBUS_SESSION_BUS_ADDRESS'
    const made = await world.inShell('alice', `${none}; ${register('alice')}`)
    expect(made).toMatchObject({
      exit: 0,
      err: expect.stringMatching(/in a file[^]*not in a keystore, for/) as unknown,
    })
    // Once: what is there already goes nowhere.
    expect((await world.inShell('alice', `${none}; sotto whoami`)).err).toBe('')
    const { out } = await world.sotto('alice', ['whoami'])
    expect(out).toMatch(
      /^keys +in a file that only you can read: anyone who copies the profile can read and write as you/m,
    )
    expect(values((await world.sotto('alice', ['whoami', '--json'])).out)).toMatchObject([{ keys: 'file' }])
    expect(await world.sotto('alice', ['keys', 'move', 'keystore'])).toMatchObject({
      exit: 11,
      err: expect.stringContaining('cannot be opened here') as unknown,
    })
    expect((await world.sotto('alice', ['whoami'])).exit).toBe(0)
  })

  it('keys under a passphrase open with it alone, wherever they are copied', async () => {
    const made = await world.inShell(
      'bob',
      `${under} ${register('bob').replace('| sotto', `| ${under} sotto`)}`,
    )
    expect(made).toMatchObject({
      exit: 0,
      out: expect.stringMatching(/^keys +under a passphrase/m) as unknown,
    })
    cpSync(world.profile('bob'), world.profile('copy'), { recursive: true })
    for (const who of ['bob', 'copy']) {
      const unasked = await world.sotto(who, ['rooms'])
      expect([unasked.exit, unasked.err]).toEqual([
        11,
        expect.stringContaining('--passphrase-file FILE or SOTTO_PASSPHRASE'),
      ])
      const wrong = await world.inShell(who, 'SOTTO_PASSPHRASE=another sotto rooms')
      expect(wrong).toMatchObject({
        exit: 11,
        err: expect.stringContaining('does not open the keys') as unknown,
      })
    }
    const file = join(dirname(world.data), 'passphrase')
    writeFileSync(file, `${passphrase}\nnot of it\n`, { mode: 0o600 })
    expect(await world.sotto('bob', ['rooms', '--passphrase-file', file])).toMatchObject({ exit: 0 })
    expect(await world.sotto('bob', ['rooms', '--passphrase-file', `${file}x`])).toMatchObject({ exit: 2 })
  })

  it.skipIf(noScript)(
    'a terminal is asked for the passphrase, again when it was mistyped (needs script)',
    async () => {
      const asking = world.inTerminal('bob', 'whoami')
      // A terminal without a width breaks the line at every character.
      const shows = async (text: string): Promise<void> => {
        const shown = () => asking.out().replaceAll(/\s/g, '')
        await expect.poll(shown, { timeout: 100_000 }).toContain(text.replaceAll(' ', ''))
      }
      await shows('Passphrase of this profile')
      asking.type('mistyped\r')
      await shows('Wrong passphrase')
      asking.type(`${passphrase}\r`)
      await shows('keys under a passphrase')
      expect((await asking.ended).exit).toBe(0)
    },
  )

  it('a program on the open lane leaves no password, key, name or word of it in its profile', async () => {
    for (const name of ['sender', 'reader'])
      expect(
        await world.inShell(name, `${under} sotto lane register ${name} --server ${world.url}`),
      ).toMatchObject({
        exit: 0,
        out: expect.stringMatching(/^keys +under a passphrase/m) as unknown,
      })
    expect((await world.inShell('sender', `${under} sotto lane send reader '${canary}'`)).exit).toBe(0)
    expect((await world.sotto('reader', ['lane', 'receive'])).exit).toBe(11)
    const got = await world.inShell('reader', `${under} sotto lane receive --count 1 --timeout 30`)
    expect(values(got.out)).toMatchObject([{ from: 'sender', text: canary }])
    for (const raw of [rawOf(world.profile('sender')), rawOf(world.profile('reader'))]) {
      expect(raw).not.toContain(canary)
      expect(raw).not.toMatch(/"password"|privateKey|"d":/)
    }
    // The name of the other one.
    expect(rawOf(world.profile('reader'))).not.toContain('sender')
  })

  it('are moved under a passphrase, another one, and back', async () => {
    const move = `SOTTO_PASSPHRASE='${passphrase}' sotto keys move`
    const moved = await world.inShell('alice', `${move} passphrase`)
    expect(moved).toMatchObject({
      exit: 0,
      out: expect.stringMatching(/^keys +under a passphrase/m) as unknown,
    })
    expect((await world.sotto('alice', ['whoami'])).exit).toBe(11)
    expect((await world.inShell('alice', `${move} file --json`)).out).toBe(
      '{"keys":"file","laneKeys":null}\n',
    )
    expect((await world.sotto('alice', ['whoami'])).exit).toBe(0)
  })
})

const bin = fileURLToPath(new URL('../bin/sotto.mjs', import.meta.url))
const noSecretService = !['gnome-keyring-daemon', 'dbus-run-session'].every(
  (name) => spawnSync('which', [name]).status === 0,
)

/** A script in a session of a desktop, in which `sotto PROFILE …` is the command; `home` has the keystore of one machine. */
const inSession = async (home: string, script: string, isUnlocked = true) => {
  const directory = join(dirname(world.data), home)
  const known = existsSync(directory)
  mkdirSync(directory, { recursive: true })
  const daemon =
    isUnlocked || !known ? "printf 'login' | gnome-keyring-daemon --unlock" : 'gnome-keyring-daemon --start'
  const sotto = `sotto() { one=$1; shift; '${process.execPath}' '${bin}' --profile "${world.profile('')}/$one" "$@"; }`
  const lines = `export HOME='${directory}'; unset SOTTO_KEYS XDG_DATA_HOME XDG_RUNTIME_DIR DISPLAY; ${daemon} --components=secrets >/dev/null 2>&1; ${sotto}; ${script}`
  const child = spawn('dbus-run-session', ['--', 'sh', '-c', lines], {
    env: { ...process.env, NO_COLOR: '1', SOTTO_SERVER: '' },
  })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const [exit] = (await once(child, 'close')) as [number | null]
  return { exit, out, err }
}

describe.skipIf(noSecretService)(
  'with the Secret Service of a desktop (needs gnome-keyring and dbus)',
  () => {
    it('keys of people and of programs lie there, and every command opens them without asking', async () => {
      const made = await inSession(
        'laptop',
        `printf '%s\\n' '${password}' | sotto carol register carol --server ${world.url} --password-stdin
       sotto carol room create Den
       sotto carol lane register carolbot --server ${world.url}`,
      )
      expect(made).toMatchObject({ exit: 0 })
      expect(made.out.match(/^keys +in the keystore of this machine/gm)).toHaveLength(2)
      const next = await inSession(
        'laptop',
        `sotto carol send Den hello; sotto carol whoami --json; sotto carol lane whoami --json`,
      )
      expect(values(next.out.replace(/^Sent.*$/m, ''))).toMatchObject([
        { keys: 'keystore' },
        { keys: 'keystore' },
      ])
    })

    it('a copy does not open: neither on another machine, nor beside the original, and it says what to do', async () => {
      cpSync(world.profile('carol'), world.profile('copied'), { recursive: true })
      for (const [machine, words] of [
        ['another', 'sotto keys move passphrase'],
        ['laptop', 'this is a copy of'],
      ] as const) {
        const lines = ['rooms', "send Den 'I am not carol'", 'lane whoami']
        const tried = await inSession(
          machine,
          lines.map((line) => `sotto copied ${line}; echo $?`).join('\n'),
        )
        expect(tried.out).toBe('11\n11\n11\n')
        expect(tried.err.split(words)).toHaveLength(4)
      }
      const headless = await world.sotto('copied', ['rooms'])
      expect([headless.exit, headless.out]).toEqual([11, ''])
    })

    it('a keystore that is locked is said to be, and nothing changes', async () => {
      const locked = await inSession('laptop', 'sotto carol rooms', false)
      expect([locked.exit, locked.err]).toEqual([
        11,
        expect.stringContaining('the Secret Service of this desktop'),
      ])
      expect((await inSession('laptop', 'sotto carol rooms')).out).toContain('Den')
    })

    it('is left by keys that are moved, and taken up on another machine', async () => {
      const { exit, err } = await inSession(
        'laptop',
        `SOTTO_PASSPHRASE='${passphrase}' sotto carol keys move passphrase`,
      )
      expect([exit, err]).toEqual([0, expect.not.stringContaining('sotto:')])
      cpSync(world.profile('carol'), world.profile('moved'), { recursive: true })
      const there = await inSession(
        'another',
        `SOTTO_PASSPHRASE='${passphrase}' sotto moved keys move keystore; sotto moved rooms`,
      )
      expect(there.out).toMatch(/keystore[^]*Den/)
    })
  },
)
