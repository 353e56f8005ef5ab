import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { createServer, request, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { makeWorld, password, type World } from './world/processes.ts'

const worlds: World[] = []
const relays: Server[] = []
const world = async (): Promise<World> => {
  const made = await makeWorld()
  worlds.push(made)
  return made
}
afterEach(async () => {
  for (const relay of relays.splice(0)) {
    relay.closeAllConnections()
    relay.close()
  }
  for (const made of worlds.splice(0)) await made.end()
})

/** What stands at another address and hands everything on to `target`, as it likes. */
const relay = async (target: string, change: (body: Buffer) => Buffer = (body) => body): Promise<string> => {
  const { port, hostname } = new URL(target)
  const server = createServer((asked, answer) => {
    const chunks: Buffer[] = []
    asked.on('data', (chunk: Buffer) => chunks.push(chunk))
    asked.on('end', () => {
      const body = change(Buffer.concat(chunks))
      const headers = { ...asked.headers, host: `localhost:${port}`, 'content-length': String(body.length) }
      const onward = request(
        { host: hostname, port, path: asked.url, method: asked.method, headers },
        (from) => {
          answer.writeHead(from.statusCode ?? 502, from.headers)
          from.pipe(answer)
        },
      )
      onward.on('error', () => answer.writeHead(502).end())
      onward.end(body)
    })
  })
  relays.push(server)
  server.listen(0, '127.0.0.2')
  await once(server, 'listening')
  return `http://127.0.0.2:${(server.address() as AddressInfo).port}`
}

const nothingLost = async (there: World, url: string): Promise<void> => {
  const who = await there.sotto('alice', ['--json', 'whoami'])
  expect(JSON.parse(who.out)).toMatchObject({ name: 'alice', server: url, signedIn: true })
  const sent = await there.sotto('alice', ['send', 'General', 'here'])
  expect(sent, sent.err).toMatchObject({ exit: 0 })
}

it('SRV-2: a terminal finds the same server at another address, and loses nothing', async () => {
  const here = await world()
  await here.serve()
  await here.register('alice')
  await here.sotto('alice', ['room', 'create', 'General'])
  const elsewhere = here.url.replace('localhost', '127.0.0.1')
  const moved = await here.sotto('alice', ['login', '--server', elsewhere])
  expect(moved, moved.err).toMatchObject({ exit: 0 })
  expect(moved.err).toContain('This is the same server')
  await nothingLost(here, elsewhere)
  // Once more, to where it is already: signing in, as ever.
  const again = await here.sotto(
    'alice',
    ['login', '--server', elsewhere, '--password-stdin'],
    `${password}\n`,
  )
  expect(again, again.err).toMatchObject({ exit: 0 })
  expect(again.err).not.toContain('This is the same server')
})

it('SRV-2: another server is not taken for it, nor one that hands the question on', async () => {
  const [here, other] = [await world(), await world()]
  await here.serve()
  await other.serve()
  await here.register('alice')
  await here.sotto('alice', ['room', 'create', 'General'])
  const stranger = await here.sotto('alice', ['login', '--server', other.url])
  expect(stranger.exit).toBe(8)
  expect(stranger.err).toContain('the server there is not the one that this device knows')

  // The real server signs no name that it does not go by, and a signature of another name is none of this one.
  const honest = await here.sotto('alice', ['login', '--server', await relay(here.url)])
  expect(honest.err).toMatch(/does not know this host name[^]*--host-names/)
  const swapped = await relay(here.url, (body) => {
    const at = body.indexOf('127.0.0.2')
    return at < 0
      ? body
      : Buffer.concat([body.subarray(0, at), Buffer.from('127.0.0.1'), body.subarray(at + 9)])
  })
  const lying = await here.sotto('alice', ['login', '--server', swapped])
  expect(lying.exit).toBe(8)

  const nobody = await here.sotto('alice', ['login', '--server', 'http://localhost:9'])
  expect(nobody.err).toContain('its port is reserved for something else')
  const misspelt = await here.sotto('alice', ['login', '--server', 'localhost:9'])
  expect(misspelt.exit).toBe(2)
  await nothingLost(here, here.url)
})

it('a profile that another program has open stays where it is, and so does one without an account', async () => {
  const here = await world()
  await here.serve()
  await here.register('alice')
  const open = here.start('alice', 'receive', '--follow')
  const elsewhere = here.url.replace('localhost', '127.0.0.1')
  // Where the programs of one profile meet: somebody runs it.
  await vi.waitUntil(() => existsSync(join(here.profile('alice'), 'socket')), { timeout: 30_000 })
  const refused = await here.sotto('alice', ['login', '--server', elsewhere])
  expect(refused.err).toContain('Another program is using this profile')
  open.child.kill('SIGTERM')
  await open.ended
  expect((await here.sotto('nobody', ['login', '--server', elsewhere])).exit).toBe(11)
})
