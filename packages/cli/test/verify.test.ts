import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeWorld, values, type World } from './world/processes.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
  await world.serve()
  for (const name of ['alice', 'bob', 'carol']) await world.register(name)
  await world.sotto('alice', ['room', 'create', 'General'])
  for (const name of ['bob', 'carol']) {
    await world.sotto('alice', ['room', 'invite', 'General', name])
    await world.sotto(name, ['room', 'accept'])
  }
}, 60_000)
afterAll(() => world.end())

const verificationOf = async (who: string, whom: string): Promise<Record<string, unknown>> =>
  values((await world.sotto(who, ['verify', whom, '--json'])).out).at(-1) ?? {}

describe('two people in terminals compare what they have', () => {
  it('SAFE-1 by the digits that one reads to the other', async () => {
    const shown = await world.sotto('bob', ['verify', 'alice', '--qr'])
    expect(shown.out).toContain('alice: not compared yet')
    expect(shown.out).toContain('█')
    const read = /((?:\s+\d{5}){12})/.exec(shown.out)?.[1]?.trim() ?? ''
    const wrong = await world.sotto('alice', ['verify', 'bob', '--digits', read.replaceAll('1', '2')])
    expect(wrong).toMatchObject({ exit: 2 })
    expect(wrong.err).toContain('somebody stands between you')
    const right = await world.sotto('alice', ['verify', 'BOB', '--digits', read])
    expect(right.out).toContain('bob is verified on this device.')
    expect((await world.sotto('alice', ['room', 'members', 'General'])).out).toMatch(/bob .*verified/)
    expect((await world.sotto('bob', ['room', 'members', 'General'])).out).not.toContain('verified')
    await world.sotto('alice', ['verify', 'bob', '--undo'])
    expect(await verificationOf('alice', 'bob')).toMatchObject({ identity: 'unverified', verifiedMs: null })
  })

  it('SAFE-2 by the code that one shows, which is of nobody else', async () => {
    const { code } = await verificationOf('bob', 'alice')
    const carols = await verificationOf('carol', 'alice')
    const verified = await world.sotto('alice', ['verify', 'bob', '--code', String(code), '--json'])
    expect(values(verified.out)).toEqual([{ account: expect.any(String), verified: true }])
    expect((await world.sotto('alice', ['verify', 'carol', '--code', String(code)])).err).toContain(
      'this code is not carol’s',
    )
    expect((await world.sotto('bob', ['verify', 'carol', '--code', String(carols['code'])])).err).toContain(
      'sees another account in your place',
    )
    expect((await world.sotto('alice', ['verify', 'dave'])).err).toContain('you share no room with dave')
  })
})
