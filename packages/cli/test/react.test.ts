import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeWorld, values, type World } from './world/processes.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
  await world.serve()
  await world.register('alice')
  await world.register('bob')
  await world.sotto('alice', ['room', 'create', 'General'])
  await world.sotto('alice', ['room', 'invite', 'General', 'bob'])
  await world.sotto('bob', ['room', 'accept'])
}, 60_000)
afterAll(() => world.end())

describe('two terminals', () => {
  it('say something about a message with one emoji, see it, and take it back', async () => {
    await world.sotto('alice', ['send', 'General', 'lunch?', '--json'])
    const received = await world.sotto('bob', ['receive', 'General'])
    const { seq, room } = values(received.out).at(-1) ?? {}
    const reacted = await world.sotto('bob', ['react', 'General', '👍', '--json'])
    expect(values(reacted.out)).toEqual([{ room, id: expect.any(String), seq, emoji: '👍', isOn: true }])
    // It is nothing new to read, and stands with what was said.
    expect((await world.sotto('alice', ['receive', 'General'])).out).not.toContain('👍')
    const chat = () => world.sotto('alice', ['chat', 'General', '--json'])
    expect(values((await chat()).out)).toContainEqual(
      expect.objectContaining({
        text: 'lunch?',
        reactions: [{ emoji: '👍', count: 1, own: false, names: ['bob'] }],
      }),
    )
    expect((await world.sotto('alice', ['chat', 'General'])).out).toContain('👍 bob')
    const back = await world.sotto('bob', ['react', 'General', '👍', '--message', String(seq), '--take-back'])
    expect(back.out).toContain('👍 is gone from what alice said.')
    await world.sotto('alice', ['receive', 'General'])
    expect((await chat()).out).not.toContain('👍')
    const refused = await world.sotto('bob', ['react', 'General', 'ok'])
    expect(refused).toMatchObject({ exit: 2 })
    expect(refused.err).toContain('a reaction is one emoji')
    expect((await world.sotto('bob', ['react', 'General', '👍', '--message', '999'])).err).toContain(
      'no such message',
    )
  })
})
