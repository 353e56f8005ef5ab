import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeWorld, values, type World } from './world/processes.ts'

/** Alice and Bob are in a room; each test begins with them as they were, and with no server. */
let world: World
let begin: () => Promise<void>
beforeAll(async () => {
  world = await makeWorld()
  const server = await world.serve()
  await world.register('alice')
  await world.register('bob')
  await world.sotto('alice', ['room', 'create', 'General'])
  await world.sotto('alice', ['room', 'invite', 'General', 'bob'])
  await world.sotto('bob', ['room', 'accept'])
  await server.stop()
  begin = await world.keep()
}, 60_000)
beforeEach(() => begin())
afterAll(() => world.end())

const acknowledged = (out: string): number => out.split('\n').length - 1

const lines = (count: number) => Array.from({ length: count }, (_, i) => `line ${i}`)
const textsOf = (out: string) => values(out).map(({ text }) => text)

describe('a server that is killed', () => {
  it('1,000 lines from a pipe arrive once and in order', { timeout: 240_000 }, async () => {
    let server = await world.serve()
    const following = world.start('bob', 'receive', '--follow')
    const sending = world.start('alice', 'send', 'General', '--json')
    sending.child.stdin.end(lines(1000).join('\n'))
    for (const done of [100, 400]) {
      await new Promise<void>((resolve) => {
        const look = (): void => {
          if (acknowledged(sending.out()) < done) return
          sending.child.stdout.off('data', look)
          resolve()
        }
        sending.child.stdout.on('data', look)
        look()
      })
      await server.kill()
      server = await world.serve()
    }
    const end = await sending.ended
    expect(end.exit).toBe(0)
    expect(values(end.out)).toHaveLength(1000)
    await following.says('"line 999"')
    following.child.kill('SIGINT')
    expect(textsOf((await following.ended).out)).toEqual(lines(1000))
  })

  it('a message waits for it, and one that could not wait is sent next time', async () => {
    const server = await world.serve()
    await server.kill()
    const impatient = await world.sotto('alice', ['send', 'General', 'later', '--timeout', '0.5'])
    expect(impatient.exit).toBe(10)
    expect(impatient.err).toContain('wait on this device')
    const patient = world.start('alice', 'send', 'General', 'patient', '--json')
    await world.serve()
    expect((await patient.ended).exit).toBe(0)
    expect(textsOf((await world.sotto('bob', ['receive'])).out)).toEqual(['later', 'patient'])
  })
})

describe('two processes on one profile', () => {
  it('work side by side, and one goes on when the other is killed', async () => {
    await world.serve()
    const leading = world.start('bob', 'receive', '--follow')
    await world.sotto('alice', ['send', 'General', 'one'])
    await leading.says('"one"')
    const chatting = world.start('bob', 'chat', 'General')
    await chatting.says(': one')

    leading.child.kill('SIGKILL')
    await leading.ended
    chatting.type('still there\n')
    await world.sotto('alice', ['send', 'General', 'two'])
    await chatting.says(': two')
    // What waits on a device when its last process ends is sent by the next one.
    const hearing = world.start('alice', 'receive', '--follow')
    await hearing.says('"still there"')
    hearing.child.kill('SIGKILL')
    expect(textsOf((await hearing.ended).out)).toEqual(['still there'])
    chatting.type('/quit\n')
    await chatting.ended
  })

  it(
    'lose and double nothing when they send at once and the first of them ends',
    { timeout: 120_000 },
    async () => {
      await world.serve()
      const senders = ['a', 'b', 'c'].map((who) => {
        const running = world.start('alice', 'send', 'General', '--json')
        running.child.stdin.end(Array.from({ length: 20 }, (_, i) => `${who}${i}`).join('\n'))
        return running
      })
      for (const sender of senders) {
        const end = await sender.ended
        expect(end.exit).toBe(0)
        expect(values(end.out)).toHaveLength(20)
      }
      const received = textsOf((await world.sotto('bob', ['receive'])).out)
      for (const who of ['a', 'b', 'c'])
        expect(received.filter((text) => String(text).startsWith(who))).toEqual(
          Array.from({ length: 20 }, (_, i) => `${who}${i}`),
        )
      expect(received).toHaveLength(60)
    },
  )
})

describe('a server that is asked to stop', () => {
  it('says so and ends with 0, also when it serves somebody', async () => {
    const server = await world.serve()
    const following = world.start('bob', 'receive', '--follow')
    await world.sotto('alice', ['send', 'General', 'one'])
    await following.says('"one"')
    const end = await server.stop()
    expect(end.exit).toBe(0)
    expect(end.err).toContain('Stopped.')
  })

  it('does not share its data directory', async () => {
    await world.serve()
    const second = await world.sotto('alice', ['serve', '--port', '0', '--data', world.data])
    expect(second.exit).toBe(10)
  })
})
