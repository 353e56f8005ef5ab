import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'

/** Of util-linux: gives a program a terminal. */
const script = '/usr/bin/script'
const cannot = process.platform !== 'linux' || ![script, '/usr/bin/nohup', '/bin/bash'].every(existsSync)

const directories: string[] = []
const started: number[] = []
afterEach(() => {
  for (const pid of started.splice(0))
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended already.
    }
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true })
})

const wait = { timeout: 60_000, interval: 100 }

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    // One that has ended and was not waited for is dead.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

const textOf = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '')

/** An interactive shell in a terminal, as a person has one: what is typed, and the terminal that is closed. */
const terminal = (directory: string) => {
  const command = 'echo $$ > shell; exec bash --norc -i'
  const child = spawn(script, ['--quiet', '--flush', '--command', command, '/dev/null'], {
    cwd: directory,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { ...process.env, TERM: 'dumb' },
  })
  child.stdin.on('error', () => {})
  return {
    type: (line: string) => void child.stdin.write(`${line}\n`),
    /**
     * The shell is told to hang up before its terminal goes: a shell that reads the end of its terminal before the signal
     * reaches it hangs up none of its jobs.
     */
    close: async () => {
      const shell = pidIn(directory, 'shell')
      process.kill(shell, 'SIGHUP')
      await expect.poll(() => isAlive(shell), wait).toBe(false)
      child.kill('SIGKILL')
    },
  }
}

const fresh = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-nohup-'))
  directories.push(directory)
  return directory
}

const urlOf = (path: string): string => new URL(`../../${path}`, import.meta.url).href
const bin = fileURLToPath(new URL('../../packages/cli/bin/sotto.mjs', import.meta.url))

/** What a program says of itself, and of the one that it waits for. */
const pidIn = (directory: string, name: string): number => {
  const pid = Number(textOf(join(directory, name)))
  if (pid > 0 && !started.includes(pid)) started.push(pid)
  return pid
}

describe.skipIf(cannot)('a terminal that is closed', () => {
  /** The launcher as `npm start` runs it, in front of a program that only stays. */
  const launcher = (directory: string): void => {
    const inner = `require('node:fs').writeFileSync('inner', String(process.pid)); setInterval(() => {}, 1000)`
    writeFileSync(
      join(directory, 'launcher.mjs'),
      `import { appendFileSync, writeFileSync } from 'node:fs'
       import { goOnWithoutTerminal } from '${urlOf('tools/ending.mjs')}'
       import { runChild } from '${urlOf('tools/child.mjs')}'
       import { ignoreHangup } from '${urlOf('packages/cli/bin/hangup.mjs')}'
       goOnWithoutTerminal()
       writeFileSync('outer', String(process.pid))
       setInterval(() => appendFileSync('ticks', '.'), 250).unref()
       const inner = "import('${urlOf('packages/cli/bin/hangup.mjs')}').then((m) => { m.ignoreHangup(); " + ${JSON.stringify(inner)} + " })"
       process.exitCode = await runChild(process.execPath, ['-e', inner], { cwd: process.cwd() })`,
    )
    writeFileSync(
      join(directory, 'package.json'),
      JSON.stringify({ name: 'nohup', private: true, scripts: { start: 'node launcher.mjs' } }),
    )
  }

  const running = async (line: string) => {
    const directory = fresh()
    launcher(directory)
    const shell = terminal(directory)
    shell.type(line)
    await expect.poll(() => pidIn(directory, 'outer'), wait).toBeGreaterThan(1)
    await expect.poll(() => pidIn(directory, 'inner'), wait).toBeGreaterThan(1)
    return { directory, shell, outer: pidIn(directory, 'outer'), inner: pidIn(directory, 'inner') }
  }

  test('ends what npm start runs in it', async () => {
    const { shell, outer, inner } = await running('npm start --silent')
    await shell.close()
    await expect.poll(() => isAlive(outer) || isAlive(inner), wait).toBe(false)
  })

  test('does not end `nohup npm start &`, which ends when it is told to', async () => {
    const { directory, shell, outer, inner } = await running('nohup npm start --silent > log 2>&1 &')
    const shellOfNpm = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${outer}/status`, 'utf8'))?.[1])
    await shell.close()
    // npm knows nothing of nohup, and the shell that it runs its script in neither.
    await expect.poll(() => isAlive(shellOfNpm), wait).toBe(false)
    // As many looks at the shell as would end it.
    const before = textOf(join(directory, 'ticks')).length
    await expect.poll(() => textOf(join(directory, 'ticks')).length, wait).toBeGreaterThan(before + 3)
    expect(isAlive(outer) && isAlive(inner)).toBe(true)
    process.kill(outer, 'SIGTERM')
    await expect.poll(() => isAlive(outer) || isAlive(inner), wait).toBe(false)
  })

  test.each(['nohup', 'setsid'])('does not end `%s sotto serve &`', async (how) => {
    const directory = fresh()
    const shell = terminal(directory)
    const command = `echo $$ > pid; exec "${process.execPath}" "${bin}" serve --port 0 --data data`
    shell.type(`${how} sh -c '${command}' > log 2>&1 < /dev/null &`)
    await expect
      .poll(() => /http:\/\/localhost:\d+/.exec(textOf(join(directory, 'log')))?.[0], wait)
      .toBeDefined()
    const [url = ''] = /http:\/\/localhost:\d+/.exec(textOf(join(directory, 'log'))) ?? []
    await shell.close()
    const pid = pidIn(directory, 'pid')
    for (let i = 0; i < 10; i++) expect((await fetch(`${url}/v1/server`)).status).toBe(200)
    process.kill(pid, 'SIGTERM')
    await expect.poll(() => isAlive(pid), wait).toBe(false)
    expect(textOf(join(directory, 'log'))).not.toMatch(/^\s+at /m)
  })
})
