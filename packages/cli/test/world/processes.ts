import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const bin = fileURLToPath(new URL('../../bin/sotto.mjs', import.meta.url))

const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

/** `script` of util-linux gives a program a terminal; elsewhere the tests in one do not run. */
export const noScript = process.platform !== 'linux' || !existsSync('/usr/bin/script')

/** A `sotto` of its own, as in a terminal or a pipe. */
export interface Running {
  readonly child: ChildProcessWithoutNullStreams
  out(): string
  err(): string
  type(text: string): void
  /** Resolves when standard output holds `text`. Rejects when the program ends before. */
  says(text: string): Promise<void>
  readonly ended: Promise<Ended>
}

export interface Ended {
  readonly exit: number | null
  readonly out: string
  readonly err: string
}

const run = (command: string, args: readonly string[]): Running => {
  const child = spawn(command, args, {
    env: { ...process.env, NO_COLOR: '1', SOTTO_SERVER: '', TERM: 'xterm' },
  })
  let out = ''
  let err = ''
  const looking = new Set<() => void>()
  const look = (): void => looking.forEach((one) => one())
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
    look()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  // A program that has ended does not read what is typed on.
  child.stdin.on('error', () => {})
  const ended = once(child, 'close').then(([exit]): Ended => ({ exit: exit as number | null, out, err }))
  return {
    child,
    out: () => out,
    err: () => err,
    type: (text) => child.stdin.write(text),
    says: (text) =>
      new Promise((resolve, reject) => {
        const seen = (): void => {
          if (!out.includes(text)) return
          looking.delete(seen)
          resolve()
        }
        looking.add(seen)
        seen()
        void ended.then((end) => reject(new Error(`ended without saying ${text}: ${JSON.stringify(end)}`)))
      }),
    ended,
  }
}

export interface ServerProcess {
  readonly running: Running
  kill(): Promise<void>
  stop(): Promise<Ended>
}

export interface World {
  readonly url: string
  readonly data: string
  /** Directory of a profile by its name. */
  profile(name: string): string
  serve(): Promise<ServerProcess>
  start(profile: string, ...args: readonly string[]): Running
  /** The same in a terminal, whose keyboard is `type`. */
  inTerminal(profile: string, ...args: readonly string[]): Running
  /** A line of the shell, as it is, in a terminal. */
  shellInTerminal(line: string): Running
  /** A line of the shell, in which `sotto` is the command with this profile. */
  inShell(profile: string, line: string): Promise<Ended>
  /** The same, with nothing before the command, which takes the place of the shell. */
  startInShell(profile: string, line: string): Running
  /** Runs a command to its end, with `input` on its standard input. */
  sotto(profile: string, args: readonly string[], input?: string | Uint8Array): Promise<Ended>
  /** Registers `name` under a profile of that name. */
  register(name: string): Promise<void>
  /** Ends every process that runs. */
  quiet(): Promise<void>
  /**
   * Keeps the server's data and all profiles as they are now, with nothing running.
   *
   * @returns what puts them back, with nothing running again
   */
  keep(): Promise<() => Promise<void>>
  end(): Promise<void>
}

export const password = 'correct horse battery'

/** Directories, a port and processes that end with the test. */
export const makeWorld = async (): Promise<World> => {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-cli-'))
  const port = await freePort()
  const url = `http://localhost:${port}`
  const [home, kept] = [join(directory, 'home'), join(directory, 'kept')]
  const data = join(home, 'data')
  const profile = (name: string): string => join(home, 'profiles', name)
  const all = new Set<Running>()
  const started = (args: readonly string[], command: string = process.execPath): Running => {
    const running = run(command, args)
    all.add(running)
    void running.ended.then(() => all.delete(running))
    return running
  }
  const start: World['start'] = (name, ...args) => started([bin, '--profile', profile(name), ...args])
  const inTerminal: World['inTerminal'] = (name, ...args) => {
    const line = [process.execPath, bin, '--profile', profile(name), ...args].map((word) => `'${word}'`)
    return started(['--quiet', '--flush', '--return', '--command', line.join(' '), '/dev/null'], 'script')
  }
  const shellInTerminal: World['shellInTerminal'] = (line) =>
    started(
      ['--quiet', '--flush', '--return', '--command', `stty cols 120 rows 40; ${line}`, '/dev/null'],
      'script',
    )
  const commandOf = (name: string): string =>
    [process.execPath, bin, '--profile', profile(name)].map((word) => `'${word}'`).join(' ')
  const inShell: World['inShell'] = (name, line) =>
    started(['-c', `sotto() { ${commandOf(name)} "$@"; }\n${line}`], 'sh').ended
  const startInShell: World['startInShell'] = (name, line) =>
    started(['-c', line.replace(/^sotto /, `exec ${commandOf(name)} `)], 'sh')
  const sotto: World['sotto'] = (name, args, input = '') => {
    const running = start(name, ...args)
    running.child.stdin.end(input)
    return running.ended
  }
  const quiet = async (): Promise<void> => {
    for (const running of all) running.child.kill('SIGKILL')
    await Promise.all([...all].map((running) => running.ended))
  }
  return {
    url,
    data,
    profile,
    start,
    inTerminal,
    shellInTerminal,
    inShell,
    startInShell,
    sotto,
    serve: async () => {
      const running = started([bin, 'serve', '--port', String(port), '--data', data])
      await running.says(url)
      return {
        running,
        kill: async () => {
          running.child.kill('SIGKILL')
          await running.ended
        },
        stop: () => {
          running.child.kill('SIGTERM')
          return running.ended
        },
      }
    },
    register: async (name) => {
      const end = await sotto(name, ['register', name, '--server', url, '--password-stdin'], `${password}\n`)
      if (end.exit !== 0) throw new Error(`register ${name}: ${end.err}`)
    },
    quiet,
    keep: async () => {
      await quiet()
      cpSync(home, kept, { recursive: true })
      return async () => {
        await quiet()
        rmSync(home, { recursive: true, force: true })
        cpSync(kept, home, { recursive: true })
      }
    },
    end: async () => {
      await quiet()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** JSON values, one a line. */
export const values = (out: string): readonly Record<string, unknown>[] =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
