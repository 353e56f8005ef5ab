import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openNodeClient } from '../adapters/node/index.ts'
import type { Client } from '../src/index.ts'
import { type ServerProcess, startServerProcess } from './web/serverProcess.ts'

/** Resolves with what `find` finds, looking again whenever something happens. */
const until = <T>(client: Client, find: () => T | undefined | Promise<T | undefined>): Promise<T> =>
  new Promise((resolve, reject) => {
    const look = async (): Promise<void> => {
      const found = await find()
      if (found === undefined) return
      unsubscribe()
      resolve(found)
    }
    const unsubscribe = client.subscribe(() => void look().catch(reject))
    look().catch(reject)
  })

const textsIn = async (client: Client, room: string, count: number): Promise<readonly string[]> =>
  until(client, async () => {
    const { items } = await client.timeline({ room, limit: 200 })
    const texts = items.flatMap((item) => (item.kind === 'message' && item.seq !== null ? [item.text] : []))
    return texts.length >= count ? texts : undefined
  })

describe('two profiles on disk, where WebSocket is blocked', () => {
  let directory = ''
  let server: ServerProcess
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'sotto-node-'))
    server = await startServerProcess()
  })
  afterAll(async () => {
    await server?.end()
    rmSync(directory, { recursive: true, force: true })
  })

  const open = async (name: string): Promise<Client> => {
    const client = await openNodeClient({
      profile: join(directory, name),
      server: `http://localhost:${server.port}`,
      route: 'poll',
    })
    if (client.state().account.kind === 'none')
      await client.register({ name, password: 'correct horse battery' })
    await until(client, () => {
      const { connection } = client.state()
      return connection.kind === 'online' && connection.route === 'poll' ? true : undefined
    })
    return client
  }

  it('alice invites bob, they talk, and go on after both were closed', async () => {
    const [alice, bob] = [await open('alice'), await open('bob')]
    const { room } = await alice.createRoom({ name: 'General' })
    await alice.invite({ room, name: 'bob' })
    await until(bob, () => bob.state().rooms.find(({ id }) => id === room))
    await bob.accept({ room })

    for (let i = 0; i < 10; i += 1) await alice.send({ room, text: `alice ${i}` })
    await textsIn(bob, room, 10)
    for (let i = 0; i < 10; i += 1) await bob.send({ room, text: `bob ${i}` })
    const wanted = ['alice', 'bob'].flatMap((who) => Array.from({ length: 10 }, (_, i) => `${who} ${i}`))
    expect(await textsIn(alice, room, 20)).toEqual(wanted)
    await alice.close()
    await bob.close()

    const [again, bobAgain] = [await open('alice'), await open('bob')]
    await again.send({ room, text: 'and again' })
    expect(await textsIn(bobAgain, room, 21)).toEqual([...wanted, 'and again'])
    await again.close()
    await bobAgain.close()
  })
})
