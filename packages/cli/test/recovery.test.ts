import { cpSync, rmSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeWorld, values, type World } from './world/processes.ts'

/** Alice has made a room that Bob is in; each test begins with them as they were, and with no server. */
let world: World
let begin: () => Promise<void>
beforeAll(async () => {
  world = await makeWorld()
  const server = await world.serve()
  await world.register('alice')
  await world.sotto('alice', ['room', 'create', 'General'])
  await join('bob')
  await server.stop()
  begin = await world.keep()
}, 60_000)
beforeEach(() => begin())
afterAll(() => world.end())

const join = async (name: string): Promise<void> => {
  await world.register(name)
  expect((await world.sotto('alice', ['room', 'invite', 'General', name])).exit).toBe(0)
  expect((await world.sotto(name, ['room', 'accept'])).exit).toBe(0)
}

const setBack = (directory: string): { readonly restore: () => void } => {
  const copy = `${directory}.copy`
  cpSync(directory, copy, { recursive: true })
  return {
    restore: () => {
      rmSync(directory, { recursive: true })
      cpSync(copy, directory, { recursive: true })
    },
  }
}

const stateOf = async (name: string) => values((await world.sotto(name, ['rooms', '--json'])).out)
const textsOf = (out: string) => values(out).map(({ text }) => text)

describe('members', () => {
  it('are given roles and taken out by those who may', { timeout: 120_000 }, async () => {
    await world.serve()
    await join('carol')
    const role = await world.sotto('alice', ['room', 'role', 'General', 'Bob', 'admin', '--json'])
    expect(values(role.out)).toMatchObject([{ name: 'bob', role: 'admin' }])
    const above = await world.sotto('bob', ['room', 'role', 'General', 'alice', 'member', '--json'])
    expect(above).toMatchObject({ exit: 6, out: '' })
    expect(values(above.err)).toMatchObject([{ code: 'policy', detail: { rule: expect.any(String) } }])
    expect((await world.sotto('bob', ['room', 'role', 'General', 'carol', 'king'])).exit).toBe(2)

    const removed = await world.sotto('bob', ['room', 'remove', 'General', 'carol'])
    expect(removed.out).toContain('carol is no longer in General.')
    expect((await world.sotto('bob', ['room', 'remove', 'General', 'carol'])).exit).toBe(3)
    expect(await stateOf('carol')).toMatchObject([{ name: 'General', state: 'removed' }])
    // General is open, but not to whoever was taken out.
    const asking = await world.sotto('carol', ['room', 'join', 'General'])
    expect(asking).toMatchObject({ exit: 3, err: expect.stringContaining('A member has to invite you') })
    expect((await world.sotto('carol', ['send', 'General', 'still there?'])).exit).toBe(6)

    const chat = world.start('alice', 'chat', 'General')
    await chat.says('You have given bob the role admin')
    await chat.says('bob has removed carol')
    chat.child.stdin.end()
    await chat.ended
  })

  it('what is not there to be mended is not mended', async () => {
    await world.serve()
    expect((await world.sotto('alice', ['room', 'rejoin', 'General'])).exit).toBe(2)
    expect((await world.sotto('alice', ['room', 'refound', 'General', '--yes'])).exit).toBe(2)
    expect((await world.sotto('alice', ['room', 'refound', 'Nowhere', '--yes'])).exit).toBe(3)
  })
})

describe('a profile that was set back', () => {
  it('takes its place again, says so, and goes on', { timeout: 120_000 }, async () => {
    await world.serve()
    await world.sotto('bob', ['send', 'General', 'before'])
    const copy = setBack(world.profile('bob'))
    await world.sotto('bob', ['send', 'General', 'forgotten by the copy'])
    await world.sotto('alice', ['send', 'General', 'meanwhile'])
    copy.restore()

    const chat = world.start('bob', 'chat', 'General')
    await chat.says('You have rejoined with new keys')
    expect(chat.out()).toContain('This device has gone back to an older state.')
    expect(chat.out()).toContain('is sent as soon as this device is back in the room')
    chat.type('after\n')
    await chat.says(': after')
    chat.type('/quit\n')
    await chat.ended
    expect(await stateOf('bob')).toMatchObject([{ state: 'active' }])
    expect(textsOf((await world.sotto('alice', ['receive'])).out)).toEqual([
      'before',
      'forgotten by the copy',
      'after',
    ])
  })
})

describe('a server that was set back', () => {
  /** Alice knows of a message that the server does not have any more; bob has written another in its place. */
  const part = async (): Promise<void> => {
    const copy = setBack(world.data)
    const first = await world.serve()
    await world.sotto('alice', ['send', 'General', 'lost by the server'])
    await first.stop()
    copy.restore()
    await world.serve()
    await world.sotto('bob', ['send', 'General', 'in its place'])
  }

  it('freezes the room in words, and an owner founds it anew', { timeout: 180_000 }, async () => {
    await part()
    const [frozen] = await stateOf('alice')
    expect(frozen).toMatchObject({ state: 'frozen', code: 'fork', remedy: 'refound' })
    const listed = await world.sotto('alice', ['rooms'])
    expect(listed.out).toMatch(/^General .*frozen: .*different histories/m)
    expect(listed.err).toContain('is unchanged')
    expect(listed.err).toContain('sotto room refound')
    const sent = await world.sotto('alice', ['send', 'General', 'no', '--json'])
    expect(sent).toMatchObject({ exit: 12, out: '' })
    expect(values(sent.err)).toMatchObject([{ state: 'frozen', code: 'fork' }, { code: 'room_frozen' }])
    expect((await world.sotto('alice', ['receive', 'General'])).exit).toBe(12)

    const unasked = await world.sotto('alice', ['room', 'refound', 'General'])
    expect(unasked.exit).toBe(2)
    expect(unasked.err).toContain('--yes')
    expect(unasked.err).toMatch(/^ {2}bob +member/m)
    const founded = await world.sotto('alice', ['room', 'refound', 'General', '--yes', '--json'])
    const [{ successor } = {}] = values(founded.out)
    expect(values(founded.out)).toEqual([
      { room: frozen?.['room'], successor, invited: ['bob'], missing: [] },
    ])

    expect((await world.sotto('bob', ['room', 'accept'])).exit).toBe(0)
    for (const name of ['alice', 'bob'])
      expect(await stateOf(name)).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ room: successor, name: 'General', state: 'active' }),
          expect.objectContaining({ room: frozen?.['room'], state: 'refounded', successor }),
        ]),
      )
    // The name means the room that goes on.
    expect((await world.sotto('bob', ['send', 'General', 'on we go'])).exit).toBe(0)
    expect(textsOf((await world.sotto('alice', ['receive', 'General'])).out)).toEqual(['on we go'])
    const old = String(frozen?.['room'])
    expect((await world.sotto('alice', ['send', old, 'too late'])).exit).toBe(12)
  })

  it('gets back what its devices have kept', { timeout: 120_000 }, async () => {
    const copy = setBack(world.data)
    const first = await world.serve()
    await world.sotto('alice', ['send', 'General', 'lost by the server'])
    await first.stop()
    copy.restore()
    await world.serve()
    const chat = world.start('alice', 'chat', 'General')
    await chat.says('lost by the server')
    chat.type('and on\n')
    await chat.says(': and on')
    chat.child.stdin.end()
    await chat.ended
    expect(textsOf((await world.sotto('bob', ['receive'])).out)).toEqual(['lost by the server', 'and on'])
  })
})
