import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeWorld, password, values, type World } from './world/processes.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
  await world.serve()
  await world.register('alice')
  await world.register('bob')
  await world.sotto('bob', ['room', 'create', 'General'])
}, 60_000)
afterAll(() => world.end())

const admin = (...args: readonly string[]) =>
  world.sotto('host', ['--json', 'admin', ...args, '--data', world.data])
const login = (name: string) => world.sotto(name, ['login', '--password-stdin'], `${password}\n`)

describe('who runs the server', () => {
  it('lists accounts, suspends one and lets it back', async () => {
    const listed = values((await admin('accounts')).out)
    expect(listed.map(({ name, kind, devices, suspended }) => [name, kind, devices, suspended])).toEqual([
      ['alice', 'person', 1, null],
      ['bob', 'person', 1, null],
    ])
    const hearing = world.start('bob', 'receive', '--follow')
    await world.sotto('bob', ['send', 'General', 'here'])
    expect(values((await admin('suspend', 'bob')).out)).toEqual([
      { name: 'bob', suspended: true, sessions: 1 },
    ])
    // Whoever follows hears of it, and nobody waits for an answer that never comes.
    expect((await hearing.ended).exit).toBe(5)
    const said = await world.sotto('bob', ['send', 'General', 'hello', '--timeout', '0'])
    expect(said).toMatchObject({ exit: 5, out: '' })
    const refused = await login('bob')
    expect(refused).toMatchObject({ exit: 6, out: '' })
    expect(refused.err).toContain('has suspended this account')
    expect((await admin('resume', 'bob')).exit).toBe(0)
    expect((await login('bob')).exit).toBe(0)
    expect((await admin('suspend', 'nobody')).exit).toBe(3)
  }, 60_000)

  it('removes an account, and only where that was meant', async () => {
    const unasked = await admin('remove', 'bob')
    expect(unasked).toMatchObject({ exit: 2, out: '' })
    const [removed] = values((await admin('remove', 'bob', '--yes')).out)
    expect(removed).toMatchObject({ name: 'bob', removed: true, rooms: 1 })
    expect((await login('bob')).exit).toBe(5)
    const again = await world.sotto(
      'other',
      ['register', 'bob', '--server', world.url, '--password-stdin'],
      `${password}\n`,
    )
    expect(again.exit).toBe(4)
  }, 60_000)

  it('sees the limits, and who costs what', async () => {
    const limits = values((await admin('limits')).out)
    expect(limits).toContainEqual({ limit: 'devicesPerAccountMax', value: 20 })
    const costs = values((await admin('abuse')).out)
    expect(costs).toContainEqual(expect.objectContaining({ kind: 'account', who: 'alice' }))
    const text = await world.sotto('host', ['admin', 'abuse', '--data', world.data])
    expect(text.out).toContain('alice')
  }, 60_000)
})
