import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { limits } from '@sotto/client'
import { makeWorld, password, values, type World } from './world/processes.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
  await world.serve()
  await world.register('alice')
}, 60_000)
afterAll(() => world.end())

const register = (profile: string, name: string, word = password, url = world.url) =>
  world.sotto(profile, ['register', name, '--server', url, '--password-stdin'], `${word}\n`)

describe('what cannot be done is said in words and by an exit code', () => {
  it.each([
    ['a', 2],
    ['a'.repeat(32), 2],
    ['аlice', 2], // the first letter is Cyrillic
    ['alice smith', 2],
    ['ALICE', 4],
  ])('a name that cannot be had: %j', async (name, exit) => {
    expect(await register('other', name)).toMatchObject({ exit, out: '' })
  })

  it('a password that is too short', async () => {
    const end = await register('other', 'otto', 'short')
    expect(end).toMatchObject({ exit: 2, out: '' })
    expect(end.err).toContain('at least 12 characters')
  })

  it('an account that is there already', async () => {
    expect((await register('alice', 'alice2')).exit).toBe(11)
  })

  it('a profile that belongs to another server', async () => {
    expect((await register('alice', 'alice2', password, 'http://localhost:9')).exit).toBe(11)
  })

  it.each([
    ['al\u200bice', 'name_invalid', 2],
    ['everyone', 'name_reserved', 2],
    ['a1ice', 'name_alike', 4],
  ])('ID-2a, ID-2b, ID-2c: the name %j', async (name, code, exit) => {
    const args = ['register', name, '--server', world.url, '--password-stdin', '--json']
    const end = await world.sotto(`as-${code}`, args, `${password}\n`)
    expect(values(end.err)).toMatchObject([{ code, exit }])
  })

  it('nobody who could be asked for a password', async () => {
    const end = await world.sotto('other', ['register', 'otto', '--server', world.url])
    expect(end.exit).toBe(2)
    expect(end.err).toContain('--password-stdin')
  })

  it('a server that is not there, and then one that is', async () => {
    const end = await register('late', 'lena', password, 'http://localhost:9')
    expect(end.exit).toBe(10)
    expect((await register('late', 'lena')).exit).toBe(0)
  })

  it('an address that is none', async () => {
    expect((await register('other', 'otto', password, 'chat.example')).exit).toBe(2)
  })

  it.each([
    ['an empty profile', 'nobody', ['rooms'], 11],
    ['an unknown room', 'alice', ['send', 'Nowhere', 'x'], 3],
    ['an unknown person', 'alice', ['room', 'invite', 'Here', 'nobody.here'], 3],
    ['no invitation', 'alice', ['room', 'accept'], 3],
    ['an unknown command', 'alice', ['dance'], 2],
    ['an unknown option', 'alice', ['rooms', '--fast'], 2],
    ['a missing argument', 'alice', ['send'], 2],
    ['a port that is none', 'alice', ['serve', '--port', 'http'], 2],
  ] as const)('%s', async (_, profile, args, exit) => {
    if (args.includes('Here' as never)) await world.sotto('alice', ['room', 'create', 'Here'])
    const end = await world.sotto(profile, args)
    expect(end).toMatchObject({ exit, out: '' })
    expect(end.err).not.toContain('    at ')
  })

  it('TEXT-1: a text that is too long by a byte, or says nothing', async () => {
    await world.sotto('alice', ['room', 'create', 'Long'])
    const send = (text: string) => world.sotto('alice', ['send', 'Long', '--whole', '--json'], text)
    for (const bytes of [limits.textBytesMax - 1, limits.textBytesMax])
      expect((await send('x'.repeat(bytes))).exit).toBe(0)
    const refused = await send('x'.repeat(limits.textBytesMax + 1))
    expect(values(refused.err)).toMatchObject([{ code: 'too_large', exit: 2 }])
    for (const text of ['', ' ', '\u3164', '\u0301']) {
      const empty = await world.sotto('alice', ['send', 'Long', text, '--json'])
      expect(values(empty.err)).toMatchObject([{ code: 'text_empty', exit: 2 }])
    }
    const next = await world.sotto('alice', ['send', 'Long', 'short', '--json'])
    expect(values(next.out)).toHaveLength(1)
  })

  it('for programs as JSON', async () => {
    const end = await world.sotto('alice', ['send', 'Nowhere', 'x', '--json'])
    expect(values(end.err)).toMatchObject([{ code: 'room_unknown', exit: 3, error: expect.any(String) }])
  })

  it('signing out, a wrong password, the right one', async () => {
    expect((await world.sotto('alice', ['logout'])).exit).toBe(0)
    expect((await world.sotto('alice', ['rooms'])).exit).toBe(5)
    const wrong = await world.sotto('alice', ['login', '--password-stdin'], 'not the right one\n')
    expect(wrong).toMatchObject({ exit: 5, out: '' })
    expect(wrong.err).toContain('The name or the password is wrong')
    const right = await world.sotto('alice', ['login', '--password-stdin', '--json'], `${password}\n`)
    expect(values(right.out)).toMatchObject([{ name: 'alice', signedIn: true }])
    expect((await world.sotto('alice', ['rooms'])).exit).toBe(0)
  })
})
