import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SottoError } from '@sotto/protocol'
import { timerScheduler } from '../adapters/net/timerScheduler.ts'
import { takeProfileLock } from '../adapters/node/profileLock.ts'
import { openSharedClient } from '../adapters/node/sharedProfile.ts'
import { socketPathOf } from '../adapters/node/socketPath.ts'
import type { Client, ClientEvent, ClientState } from '../src/index.ts'
import { remoteVersion } from '../src/remote/envelope.ts'
import { assertFailure } from './contracts/contract.ts'
import { refusing } from './refusing.ts'

const room = 'ab'.repeat(16)
const state: ClientState = {
  account: { kind: 'none' },
  connection: { kind: 'connecting' },
  rooms: [],
}

/** What a profile keeps on its disk: texts by the id that the sender has chosen. */
const disk = () => ({ texts: new Map<string, string>(), openings: 0, open: 0 })

/** The least that a client of such a disk does. */
const clientOf = (of: ReturnType<typeof disk>): Client => {
  of.openings += 1
  of.open += 1
  const listeners = new Set<(event: ClientEvent) => void>()
  return {
    ...refusing,
    state: () => state,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: async () => {
      of.open -= 1
    },
    findOpenRoom: async () => null,
    people: async () => [],
    declineAll: async () => ({ count: 0 }),
    blocked: async () => [],
    members: async () => [],
    registrationMode: async () => 'open',
    createAccessToken: async () => ({ id: 1, token: 'token', expiresMs: 0 }),
    accessTokens: async () => [],
    revokeAccessToken: async () => {},
    send: async ({ text, message: id = '' }) => {
      of.texts.set(id, text)
      return { id }
    },
    timeline: async () => ({ items: [], more: false }),
    timelineAround: async () => ({ items: [], hasOlder: false, hasNewer: false }),
    markRead: async () => {},
    setDraft: async () => {},
    keepDraft: async () => {},
    sendDraft: async () => ({ id: '1' }),
    offerCommands: async () => {},
    readNote: async () => null,
    writeNote: async () => {},
  }
}

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sotto-shared-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

describe('a profile shared by processes', () => {
  it('is run by one of them and used by all', async () => {
    const kept = disk()
    const open = () => openSharedClient(directory, async () => clientOf(kept))
    const [first, second] = [await open(), await open()]
    await first.send({ room, text: 'from the first' })
    await second.send({ room, text: 'from the second' })
    expect([...kept.texts.values()]).toEqual(['from the first', 'from the second'])
    expect(kept.openings).toBe(1)
    await second.close()
    await first.close()
    expect(kept.open).toBe(0)
  })

  it('goes on with another when the one that ran it ends; nothing is lost or done twice', async () => {
    const kept = disk()
    const open = () => openSharedClient(directory, async () => clientOf(kept))
    const first = await open()
    const others = await Promise.all([open(), open(), open()])
    const sending = others.flatMap((client, who) =>
      Array.from({ length: 50 }, (_, i) => client.send({ room, text: `${who} ${i}` })),
    )
    await first.close()
    await Promise.all(sending)
    await Promise.all(others.map((client, who) => client.send({ room, text: `${who} after` })))
    expect([...kept.texts.values()].toSorted()).toEqual(
      others
        .flatMap((_, who) => [...Array.from({ length: 50 }, (__, i) => `${who} ${i}`), `${who} after`])
        .toSorted(),
    )
    expect(kept.open).toBe(1)
    for (const client of others) await client.close()
    expect(kept.open).toBe(0)
  })

  /** What another program says over the socket, a line each. */
  const linesOf = (socket: Socket): AsyncIterator<unknown> =>
    (async function* () {
      let rest = ''
      for await (const bytes of socket) {
        const lines = `${rest}${String(bytes)}`.split('\n')
        rest = lines.pop() ?? ''
        yield* lines.map((line) => JSON.parse(line) as unknown)
      }
    })()

  it('goes on where a program of a later version asks, which hears that this one is older', async () => {
    const kept = disk()
    const client = await openSharedClient(directory, async () => clientOf(kept))
    const later = connect(socketPathOf(directory))
    const heard = linesOf(later)
    const send = { kind: 'call', call: '1', command: 'send', input: { room, text: 'later' } }
    later.write(`${JSON.stringify({ sotto: remoteVersion + 1, side: 'asks', message: send })}\n`)
    expect((await heard.next()).value).toMatchObject({ sotto: remoteVersion, side: 'serves' })
    await client.send({ room, text: 'still here' })
    expect([...kept.texts.values()]).toEqual(['still here'])
    later.destroy()
    await client.close()
  })

  it('is not used through a program of another version', async () => {
    for (const [version, code] of [
      [remoteVersion + 1, 'outdated'],
      [remoteVersion - 1, 'profile_in_use'],
    ] as const) {
      const lock = takeProfileLock(directory)
      const other = createServer((socket) => {
        const message = { kind: 'serving', server: 'other', state }
        socket.on('error', () => {}).resume()
        socket.write(`${JSON.stringify({ sotto: version, side: 'serves', message })}\n`)
      }).listen(socketPathOf(directory))
      await once(other, 'listening')
      const opening = openSharedClient(directory, async () => clientOf(disk()))
      await expect(opening).rejects.toMatchObject({ code })
      other.close()
      await once(other, 'close')
      lock?.release()
    }
  })

  it('does not mistake what a killed process left for a living one', async () => {
    const left = createServer().listen(join(directory, 'elsewhere'))
    await once(left, 'listening')
    renameSync(join(directory, 'elsewhere'), socketPathOf(directory))
    left.close()
    await once(left, 'close')
    const client = await openSharedClient(directory, async () => clientOf(disk()))
    expect(await client.members({ room })).toEqual([])
    await client.close()
  })

  it('tells every one of them when the client cannot be opened', async () => {
    const open = () =>
      openSharedClient(directory, async () => {
        throw new SottoError('storage_damaged')
      })
    await assertFailure(open(), 'storage_damaged', 'the first')
    await assertFailure(open(), 'storage_damaged', 'the second')
  })

  it('answers what waits with the reason when taking over fails', async () => {
    const kept = disk()
    const first = await openSharedClient(directory, async () => clientOf(kept))
    const second = await openSharedClient(directory, async () => {
      throw new SottoError('storage_full')
    })
    await first.close()
    await assertFailure(second.send({ room, text: 'a' }), 'storage_full', 'a call')
    expect(second.state().connection).toEqual({ kind: 'refused', code: 'storage_full' })
    await second.close()
  })

  it('is also found under a name that is too long for a socket', async () => {
    const deep = join(directory, 'x'.repeat(100))
    mkdirSync(deep)
    const kept = disk()
    const open = () => openSharedClient(deep, async () => clientOf(kept))
    const [first, second] = [await open(), await open()]
    await second.members({ room })
    expect(kept.openings).toBe(1)
    await second.close()
    await first.close()
  })

  it('lets a stranger that speaks no JSON go, and goes on', async () => {
    const client = await openSharedClient(directory, async () => clientOf(disk()))
    const stranger = connect(socketPathOf(directory))
    stranger.write('GET / HTTP/1.1\r\n\r\n')
    await once(stranger.resume(), 'close')
    expect(await client.members({ room })).toEqual([])
    await client.close()
  })

  it('gives up a holder that is there and says nothing, as one that was stopped', async () => {
    const lock = takeProfileLock(directory)
    const silent = createServer().listen(socketPathOf(directory))
    await once(silent, 'listening')
    const quick = { after: (ms: number, task: () => void) => timerScheduler.after(ms / 1000, task) }
    const opening = openSharedClient(directory, async () => clientOf(disk()), quick)
    await assertFailure(opening, 'profile_in_use', 'opening')
    silent.close()
    lock?.release()
    const client = await openSharedClient(directory, async () => clientOf(disk()))
    expect(await client.members({ room })).toEqual([])
    await client.close()
  })

  it('has one lock, which goes with its holder', () => {
    const lock = takeProfileLock(directory)
    expect(lock).toBeDefined()
    expect(takeProfileLock(directory)).toBeUndefined()
    lock?.release()
    const next = takeProfileLock(directory)
    expect(next).toBeDefined()
    next?.release()
  })
})
