import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@playwright/test'
import { Person } from './world/person.ts'
import { freePort, serve, sotto } from './world/sotto.ts'
import { folderFor } from './world/folder.ts'

const bin = fileURLToPath(new URL('../../packages/cli/bin/sotto.mjs', import.meta.url))
const count = 1000

test('kill -9 of the server in the middle of 1,000 sends: nothing lost, nothing doubled, all converge', async ({
  browser,
}) => {
  test.setTimeout(600_000)
  const place = folderFor('crash')
  const options = { port: await freePort(), data: join(place, 'data'), log: join(place, 'server.log') }
  let server = await serve(options)

  const alice = await Person.arrive(browser, 'alice', server.url)
  const bob = await Person.arrive(browser, 'bob', server.url)
  await alice.signUp('a good password of alice')
  await bob.signUp('a good password of bob 22')
  await alice.createGeneral()
  await alice.invite('bob')
  await bob.accept('General')
  const carol = { profile: join(place, 'carol') }
  await sotto(['register', 'carol', '--server', server.url, '--password-stdin'], {
    ...carol,
    input: 'a password of carol\n',
  })
  await alice.invite('carol')
  const rooms = await sotto(['rooms', '--json'], carol)
  const { room } = JSON.parse(rooms.out.trim().split('\n')[0] ?? '{}') as { room: string }
  expect((await sotto(['room', 'accept', room], carol)).exit).toBe(0)

  const sender = spawn(process.execPath, [bin, '--profile', carol.profile, 'send', 'General', '--json'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  for (let i = 0; i < count; i++) sender.stdin.write(`line ${i}\n`)
  sender.stdin.end()

  const acknowledged: string[] = []
  let kills = 0
  for await (const line of createInterface({ input: sender.stdout })) {
    const ack = JSON.parse(line) as { text?: string; seq: number }
    acknowledged.push(String(ack.seq))
    // Twice in the middle, while messages are under way.
    if (acknowledged.length === 200 || acknowledged.length === 600) {
      kills++
      await server.kill()
      server = await serve(options)
    }
  }
  expect(kills).toBe(2)
  expect(acknowledged).toHaveLength(count)
  expect(new Set(acknowledged).size).toBe(count)

  const wanted = Array.from({ length: count }, (_, i) => `line ${i}`)
  for (const person of [alice, bob]) {
    await person.hears(`line ${count - 1}`)
    const seen = await person.readAll('General')
    expect(seen.map((row) => row.text)).toEqual(wanted)
    expect(person.complaints).toEqual([])
    await person.close()
  }
  expect(await server.stop()).toBe(0)
})
