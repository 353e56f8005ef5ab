import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const toolUrl = (name: string): string => new URL(`../../tools/${name}.mjs`, import.meta.url).href

/** A run as `tools/ci.mjs` makes one, of programs that are lines of JavaScript: where stages stand, that is the code. */
const runOf = (stages: string): ChildProcess => {
  const code = `
    import { runStages } from '${toolUrl('stages')}'
    import { conclude } from '${toolUrl('conclusion')}'
    const program = (what, line) => ({
      what,
      run: async (start) => {
        const code = await start(process.execPath, ['-e', line], { isGroup: true })
        return { code, totals: code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 } }
      },
    })
    const stages = ${stages}
    process.exitCode = conclude(await runStages(stages), () => ['its details'])`
  return spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'pipe'] })
}

const outputOf = (run: ChildProcess): { readonly said: () => string; says(text: string): Promise<void> } => {
  let said = ''
  for (const stream of [run.stdout, run.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said += text
      run.emit('said')
    })
  return {
    said: () => said,
    says: async (text) => {
      while (!said.includes(text)) await once(run, 'said')
    },
  }
}

const ended = async (run: ChildProcess): Promise<number | null> => {
  const [code] = (await once(run, 'close')) as [number | null]
  return code
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Starts something of its own, says its number, and stays. */
const staying = `
  const { spawn } = require('node:child_process')
  const own = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  process.stdout.write('own ' + own.pid + ' is there\\\\n')
  setInterval(() => {}, 1000)`

describe('a run that is told to end', () => {
  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)
    test(`says what was cut off and what had not run, and has no totals: ${signal}`, async () => {
      const run = runOf(`[
        [[program('the first', '')]],
        [[program('the second', \`${staying}\`)], [program('the third', \`${staying}\`), program('the fourth', '')]],
        [[program('the fifth', '')]],
      ]`)
      const { said, says } = outputOf(run)
      await says('the third …')
      run.kill(signal)
      expect(await ended(run)).toBe(code)
      expect(said()).toContain(`Ended by ${signal}`)
      expect(said()).toMatch(/Cut off: the second; the third\n/)
      expect(said()).toMatch(/Had not run: the fourth; the fifth\n/)
      expect(said()).not.toMatch(/passed|failed/i)
    })

  test('leaves nothing behind that was started by what it has started', async () => {
    const run = runOf(`[[[program('the only one', \`${staying}\`)]]]`)
    const { said, says } = outputOf(run)
    await says('is there')
    const own = Number(/own (\d+)/.exec(said())?.[1])
    expect(isAlive(own)).toBe(true)
    run.kill('SIGTERM')
    expect(await ended(run)).toBe(143)
    await expect.poll(() => isAlive(own), { timeout: 20_000 }).toBe(false)
  })
})

describe('a run that comes to its end', () => {
  test('leaves nothing behind either, and waits for nobody who was forgotten', async () => {
    const forgetful = `
      const { spawn } = require('node:child_process')
      const own = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' })
      process.stdout.write('own ' + own.pid + ' is there\\\\n', () => process.exit(0))`
    const run = runOf(`[[[program('one', \`${forgetful}\`)], [program('other', '')]]]`)
    const { said } = outputOf(run)
    expect(await ended(run)).toBe(0)
    const own = Number(/own (\d+)/.exec(said())?.[1])
    expect(own).toBeGreaterThan(1)
    await expect.poll(() => isAlive(own), { timeout: 20_000 }).toBe(false)
  })

  test('counts what its programs have counted, and names those that failed', async () => {
    const run = runOf(`[[[program('the good', '')]], [[program('the bad', 'process.exit(3)')]]]`)
    const { said } = outputOf(run)
    expect(await ended(run)).toBe(1)
    expect(said()).toContain('Failed: the bad\n')
    expect(said()).toContain('Failed: its details\n')
    expect(said()).not.toContain('Failed: the good')
    expect(said().trim().split('\n').at(-1)).toBe('1 passed, 1 failed')
  })

  test('shows of programs side by side each in one piece, and lets nothing run beside one that is alone', async () => {
    const slow = (letter: string): string =>
      `let at = 0; const timer = setInterval(() => { console.log('${letter}' + ++at); if (at === 5) clearInterval(timer) }, 5)`
    const run = runOf(`[
      [[program('a', "${slow('a')}"), program('b', "${slow('b')}")], [program('c', "${slow('c')}")]],
      [[program('d', "${slow('d')}")]],
    ]`)
    const { said } = outputOf(run)
    expect(await ended(run)).toBe(0)
    for (const letter of ['a', 'b', 'c', 'd'])
      expect(said()).toContain(`${[1, 2, 3, 4, 5].map((at) => letter + at).join('\n')}\n`)
    expect(said().indexOf('a5')).toBeLessThan(said().indexOf('b1'))
    for (const earlier of ['b5', 'c5']) expect(said().indexOf(earlier)).toBeLessThan(said().indexOf('d1'))
    expect(said()).toContain('4 passed, 0 failed\n')
  })
})

test('what the tests install is what the README says', async () => {
  const { debianPackages } = (await import(toolUrl('apt'))) as {
    debianPackages: Readonly<Record<string, readonly string[]>>
  }
  const readme = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8')
  const names = Object.values(debianPackages).flat()
  expect(names.length).toBeGreaterThan(3)
  for (const name of names) expect(readme).toContain(`\`${name}\``)
})
