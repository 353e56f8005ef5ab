import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeWorld, type Running, values, type World } from './world/processes.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
  await world.serve()
  await world.register('alice')
}, 60_000)
afterAll(() => world.end())

const texts = (out: string) => values(out).map(({ text }) => text)

/** A program for `--exec`: what it does with each message, in JavaScript. */
const programOf = (name: string, body: string): string => {
  const path = join(world.data, `${name}.mjs`)
  writeFileSync(
    path,
    `import { createInterface } from 'node:readline'
     const say = (value) => process.stdout.write(JSON.stringify(value) + '\\n')
     ${body}`,
  )
  return path
}

const eachLine = (body: string): string =>
  `for await (const line of createInterface({ input: process.stdin })) { const m = JSON.parse(line); ${body} }`

const run = (bot: string, program: string, ...options: readonly string[]): Running =>
  world.start(bot, 'bot', 'run', '--accept', 'alice', ...options, '--exec', process.execPath, '--', program)

const working = async (running: Running): Promise<void> => {
  await expect.poll(() => running.err(), { timeout: 30_000 }).toMatch(/is running|"running"/)
}

const created = async (bot: string): Promise<void> => {
  const end = await world.sotto(bot, ['bot', 'create', bot, '--server', world.url])
  expect(end).toMatchObject({ exit: 0 })
}

const member = async (room: string, name: string): Promise<void> => {
  await world.sotto('alice', ['room', 'create', room])
  expect(await world.sotto('alice', ['room', 'invite', room, name])).toMatchObject({ exit: 0 })
}

describe('sotto bot', () => {
  it('creates an account without a password, once, and says what it has made', async () => {
    const end = await world.sotto('plain', ['bot', 'create', 'plain', '--server', world.url, '--json'])
    expect(end).toMatchObject({ exit: 0 })
    expect(values(end.out)).toMatchObject([{ name: 'plain', server: world.url, signedIn: true }])
    const create = (profile: string, name: string) =>
      world.sotto(profile, ['bot', 'create', name, '--server', world.url])
    expect(await create('plain', 'plain')).toMatchObject({ exit: 0 })
    expect(await create('plain', 'other')).toMatchObject({ exit: 11 })
    expect(await create('thief', 'alice')).toMatchObject({ exit: 4 })
    expect(await create('alice', 'alice')).toMatchObject({ exit: 11 })
  })

  it('runs a program in any language: a line for each message, a line for each answer', async () => {
    await created('lines')
    const program = programOf(
      'lines',
      `say({ type: 'post', room: 'Lines', text: 'here I am', key: 'hello' })
       ${eachLine(`
         if (m.type !== 'message') { process.stderr.write('told ' + line + '\\n'); continue }
         say({ type: 'answer', id: m.id, text: m.command ? [m.command.name, m.command.argument] : m.text.length })
         say('nonsense')
         if (!m.command) say({ type: 'answer', id: m.id, text: m.roomName + ' ' + m.sender + ' ' + m.isMentioned })
       `)}`,
    )
    const running = run('lines', program, '--json', '--offer', 'split=say it in two parts')
    await working(running)
    await member('Lines', 'lines')
    const chat = world.start('alice', 'chat', 'Lines')
    await expect
      .poll(async () => (await world.sotto('alice', ['room', 'members', 'Lines'])).out, {
        timeout: 20_000,
        interval: 500,
      })
      .toMatch(/lines \(bot\)/)
    const helped = async () => {
      chat.type('/help\n')
      return chat.out()
    }
    await expect.poll(helped, { timeout: 20_000, interval: 300 }).toContain('/split')
    expect(chat.out()).toContain('say it in two parts (lines)')
    chat.type('not for programs\n@lines are you there?\n/split one two\n/splat x\n')
    await chat.says('lines (bot): Lines alice true')
    await chat.says('lines (bot): split')
    await chat.says('lines (bot): one two')
    await chat.says('There is no command /splat, and nothing was sent')
    chat.type('/me waves\n/shrug\n')
    await chat.says('*waves*')
    await chat.says('¯\\_(ツ)_/¯')
    chat.type('/invite\n')
    await chat.says('/invite wants NAME')
    // Its only owner cannot leave a room to nobody; the conversation goes on.
    chat.type('/leave\n')
    await chat.says('The last owner of a room with members cannot leave it')
    chat.type('/quit\n')
    expect(await chat.ended).toMatchObject({ exit: 0 })
    expect(running.err()).toContain('"trouble":"line"')
    // It was not in the room when its program spoke, and was told so.
    expect(running.err()).toContain('told {"type":"refused","key":"hello","code":"room_unknown"}')
    running.child.kill('SIGTERM')
    expect(await running.ended).toMatchObject({ exit: 0, out: '' })
    const heard = values((await world.sotto('lines', ['receive', '--json'])).out).map(({ sender }) => sender)
    expect(heard).not.toContain('lines')
  })

  it('gives a message again to a program that died of it, and what it missed to the next', async () => {
    await created('frail')
    const died = join(world.data, 'frail-died')
    const program = programOf(
      'frail',
      `import { existsSync, writeFileSync } from 'node:fs'
       ${eachLine(`
         if (m.text === 'die' && !existsSync(${JSON.stringify(died)})) {
           writeFileSync(${JSON.stringify(died)}, '')
           process.kill(process.pid, 'SIGKILL')
           await new Promise(() => {})
         }
         say({ type: 'answer', id: m.id, text: 'heard ' + m.text })
         if (m.text === 'end') process.exit(0)
       `)}`,
    )
    const running = run('frail', program, '--scope', 'all')
    await working(running)
    await member('Frail', 'frail')
    for (const text of ['one', 'die', 'two', 'end']) await world.sotto('alice', ['send', 'Frail', text])
    expect(await running.ended).toMatchObject({ exit: 0 })
    expect(running.err()).toContain('The program has ended (SIGKILL)')
    await world.sotto('alice', ['send', 'Frail', 'three'])
    const again = run('frail', program, '--scope', 'all')
    const all: string[] = []
    const heard = async () => {
      all.push(...texts((await world.sotto('alice', ['receive', 'Frail'])).out).map(String))
      return all
    }
    await expect
      .poll(heard, { timeout: 30_000, interval: 300 })
      .toEqual(['heard one', 'heard die', 'heard two', 'heard end', 'heard three'])
    again.child.kill('SIGTERM')
    expect(await again.ended).toMatchObject({ exit: 0 })
  })

  it.runIf(process.platform === 'linux')(
    'ends when it is asked to, with a program that is deaf and one that has left its group and holds its output',
    async () => {
      await created('away')
      const own = join(world.data, 'away-own-pid')
      const program = programOf(
        'away',
        `import { spawn } from 'node:child_process'
         import { writeFileSync } from 'node:fs'
         for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGPIPE']) process.on(signal, () => {})
         setInterval(() => {}, 1000)
         const left = spawn('sleep', ['300'], { detached: true, stdio: 'inherit' })
         writeFileSync(${JSON.stringify(own)}, String(left.pid))`,
      )
      const running = run('away', program)
      await working(running)
      await expect
        .poll(() => existsSync(own) && readFileSync(own, 'utf8'), { timeout: 20_000 })
        .toMatch(/^\d+$/)
      const left = Number(readFileSync(own, 'utf8'))
      try {
        running.child.kill('SIGTERM')
        // It holds standard error, too, so the end of the process is looked at, not that of its streams.
        await expect.poll(() => running.child.exitCode, { timeout: 30_000, interval: 200 }).toBe(0)
        expect(() => process.kill(left, 0)).not.toThrow()
      } finally {
        process.kill(left, 'SIGKILL')
      }
      await running.ended
    },
    60_000,
  )

  it('leaves nothing behind when it is killed, however deaf its program is', async () => {
    await created('deaf')
    const [said, own] = [join(world.data, 'deaf-pid'), join(world.data, 'deaf-own-pid')]
    const program = programOf(
      'deaf',
      `import { spawn } from 'node:child_process'
       import { writeFileSync } from 'node:fs'
       for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGPIPE']) process.on(signal, () => {})
       setInterval(() => {}, 1000)
       const own = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
       writeFileSync(${JSON.stringify(own)}, String(own.pid))
       writeFileSync(${JSON.stringify(said)}, String(process.pid))`,
    )
    const pidIn = (file: string): number => (existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0)
    const isAlive = (pid: number): boolean => {
      try {
        process.kill(pid, 0)
        return !/^State:\s+Z/m.test(existsSync('/proc') ? readFileSync(`/proc/${pid}/status`, 'utf8') : '')
      } catch {
        return false
      }
    }
    const running = run('deaf', program)
    await working(running)
    await expect.poll(() => pidIn(said), { timeout: 20_000 }).toBeGreaterThan(1)
    const pids = [pidIn(said), pidIn(own)]
    expect(pids.every(isAlive)).toBe(true)
    running.child.kill('SIGKILL')
    await expect.poll(() => pids.some(isAlive), { timeout: 30_000, interval: 200 }).toBe(false)
  })

  it('says with its exit code what is wrong', async () => {
    const exec = ['bot', 'run', '--exec', process.execPath]
    expect(await world.sotto('nobody', exec)).toMatchObject({ exit: 11 })
    expect(await world.sotto('alice', exec)).toMatchObject({ exit: 11 })
    expect(await world.sotto('plain', ['bot', 'run', '--exec', './there-is-none'])).toMatchObject({ exit: 2 })
    expect(await world.sotto('plain', ['bot', 'run'])).toMatchObject({ exit: 2 })
    expect(await world.sotto('plain', [...exec, '--scope', 'everything'])).toMatchObject({ exit: 2 })
    expect(await world.sotto('plain', [...exec, '--offer', 'x'])).toMatchObject({ exit: 2 })
    expect(await world.sotto('plain', [...exec, '--offer', 'A B=c'])).toMatchObject({ exit: 2 })
    expect(await world.sotto('plain', [...exec, '--timeout', 'soon'])).toMatchObject({ exit: 2 })
  })
})
