import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { durationMs } from '../src/host/duration.ts'
import { makeWorld, password, values, type World } from './world/processes.ts'

let world: World
let url: string
let said: string
beforeAll(async () => {
  world = await makeWorld()
  const port = new URL(world.url).port
  const known = ['--public-url', `http://localhost:${port}`]
  const server = world.start('host', 'serve', '--port', port, '--data', world.data, ...known)
  await server.says('Data directory')
  await server.says('Stop with')
  said = server.out()
  ;({ url } = world)
}, 60_000)
afterAll(() => world.end())

const invite = (...args: readonly string[]) =>
  world.sotto('host', ['--json', 'invite', ...args, '--data', world.data])
const register = (name: string, ...args: readonly string[]) =>
  world.sotto(name, ['register', name, ...args, '--password-stdin'], `${password}\n`)

describe('an invite', () => {
  it('is what a server asks for at its first start, where strangers could make the first account', () => {
    expect(said).toContain(`npx sotto invite --data ${world.data}`)
  })

  it('is made on the machine of the server, and lets one person in with its link or its key', async () => {
    const uninvited = await register('alice', '--server', url)
    expect(uninvited).toMatchObject({ exit: 6, out: '' })
    expect(uninvited.err).toContain('by invitation')
    const [made] = values((await invite()).out)
    expect(made).toMatchObject({ id: 1, uses: 1, link: `${url}/#invite=${String(made?.['key'])}` })
    // The link says where: no --server is needed.
    expect((await register('alice', '--invite', String(made?.['link']))).exit).toBe(0)
    const second = await register('bob', '--server', url, '--invite', String(made?.['key']))
    expect(second).toMatchObject({ exit: 6, out: '' })
    expect(second.err).toContain('has been used')
    expect((await register('bob', '--server', url, '--invite', 'nonsense')).exit).toBe(2)
  }, 60_000)

  it('makes accounts of programs and bots, too', async () => {
    const [made] = values((await invite('--uses', '2')).out)
    const [key, link] = [String(made?.['key']), String(made?.['link'])]
    const lane = await world.sotto('ci', ['lane', 'register', 'deployer', '--invite', link])
    expect(lane).toMatchObject({ exit: 0, err: '' })
    const bot = await world.sotto('bot', ['bot', 'create', 'echo', '--invite', link])
    expect(bot.exit).toBe(0)
    const spent = await world.sotto('ci', ['lane', 'register', 'other', '--server', url, '--invite', key])
    expect(spent).toMatchObject({ exit: 6, out: '' })
  }, 60_000)

  it('is listed without its key, and taken back', async () => {
    const [made] = values((await invite('--expires', '2h')).out)
    const { out } = await invite('list')
    expect(out).not.toContain(String(made?.['key']))
    expect(values(out).map(({ id }) => id)).toContain(made?.['id'])
    expect(values((await invite('revoke', String(made?.['id']))).out)).toEqual([
      { id: made?.['id'], revoked: true },
    ])
    expect((await invite('revoke', String(made?.['id']))).exit).toBe(3)
    expect((await register('carol', '--server', url, '--invite', String(made?.['key']))).exit).toBe(6)
  }, 60_000)

  it.each([
    ['--uses', '0'],
    ['--uses', '1e3'],
    ['--expires', 'soon'],
    ['--expires', '400d'],
    ['--expires', '0d'],
    ['--public-url', 'chat.example.org'],
    ['--public-url', 'https://example.org/chat'],
  ])('is not made with %s %s', async (option, value) => {
    expect(await invite(option, value)).toMatchObject({ exit: 2, out: '' })
  })

  it('lasts as long as is said', () => {
    expect(['90s', '30m', '12h', '7d', '4w', '7', 'd', '7 d', '-1d', '1.5h', '7D'].map(durationMs)).toEqual([
      90_000,
      1_800_000,
      43_200_000,
      604_800_000,
      2_419_200_000,
      ...Array.from({ length: 6 }, () => null),
    ])
  })
})
