import { type ChildProcess, fork } from 'node:child_process'
import { chmodSync, readdirSync, rmSync, statSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Acknowledgement,
  encodeAs,
  entryHash,
  equalBytes,
  operations,
  type Submission,
  toHex,
} from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { refusal } from './client/calling.ts'
import { connect, login, publish, register } from './client/device.ts'
import { extensionsWithPolicy, withoutMember } from '@sotto/trust'
import {
  acceptWelcome,
  adopt,
  catchUp,
  createRoom,
  invite,
  policyIn,
  prepareCommit,
  proposeAlone,
  say,
  submit,
  verifyPage,
  write,
} from './client/room.ts'
import { temporaryDirectory, testServer } from './client/testServer.ts'

const serve = async (dataDirectory: string): Promise<{ child: ChildProcess; url: string }> => {
  const child = fork(join(import.meta.dirname, 'child', 'serve.ts'), [dataDirectory])
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (address) => resolve(address as string))
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)))
  })
  return { child, url }
}

const kill = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })

describe('a restart', () => {
  it('keeps everything: accounts, sessions, rooms, proposals, Welcomes, key packages', async () => {
    const server = await testServer()
    const alice = await register(server.url, 'alice')
    const bob = await register(server.url, 'bob')
    const carol = await register(server.url, 'carol')
    await publish(bob, 2)
    await publish(carol, 3, true)
    const hers = await createRoom(alice)
    await invite(hers, bob.account)
    const his = await acceptWelcome(bob, hers.id)
    await say(hers, 'before the restart')
    await catchUp(his)
    await proposeAlone(his, { kind: 'remove', removed: his.group.ownLeaf })
    const logKey = (await alice.call(operations.readServer, {})).logKey
    const unsettled = await createRoom(alice)
    await invite(unsettled, carol.account)

    await server.restart()
    for (const device of [alice, bob, carol]) device.url = server.url
    expect((await alice.call(operations.readServer, {})).logKey).toEqual(logKey)
    expect((await alice.call(operations.readSession, {})).name).toBe('alice')
    await catchUp(hers)
    const extensions = extensionsWithPolicy(
      hers.group.public.context,
      withoutMember(policyIn(hers), bob.account),
    )
    const removal = { kind: 'group_context_extensions', extensions } as const
    await adopt(hers, await prepareCommit(hers, { references: 'all', proposals: [removal] }))
    expect(await catchUp(his)).toBe('removed')
    await invite(hers, carol.account)
    const theirs = await acceptWelcome(carol, hers.id)
    expect((await acceptWelcome(carol, unsettled.id)).seq).toBe(1)
    await say(theirs, 'after the restart')
    await catchUp(hers)
    expect(hers.texts).toEqual(['before the restart', 'after the restart'])
    expect(await carol.call(operations.countKeyPackages, {})).toEqual({ remaining: 1, lastResort: true })
    const as = { account: bob.account, device: bob.id, signer: bob.signer }
    expect((await login(server.url, 'bob', bob.password, as)).session.device).toEqual(bob.id)
  })

  it('closes a data directory that was left open to others', async () => {
    const server = await testServer()
    const secrets = join(server.dataDirectory, 'secrets')
    for (const directory of [server.dataDirectory, secrets]) chmodSync(directory, 0o755)
    chmodSync(join(secrets, 'log-key'), 0o644)
    await server.restart()
    for (const path of [server.dataDirectory, secrets, join(secrets, 'log-key')])
      expect(statSync(path).mode & 0o077).toBe(0)
  })

  it.each([0o755, 0o750, 0o770, 0o777])(
    'DATA-5: is refused on a directory of somebody else that is open (%o), and changes nothing of it',
    async (mode) => {
      const dataDirectory = temporaryDirectory()
      writeFileSync(join(dataDirectory, 'of somebody else'), '')
      chmodSync(dataDirectory, mode)
      await expect(testServer({ dataDirectory })).rejects.toThrow(`chmod 700 ${dataDirectory}`)
      expect(statSync(dataDirectory).mode & 0o777).toBe(mode)
      expect(readdirSync(dataDirectory)).toEqual(['of somebody else'])
    },
  )

  it('is impossible without the secrets, and with another server at work', async () => {
    const server = await testServer()
    const rival = refusal(testServer({ dataDirectory: server.dataDirectory }).then((other) => other.close()))
    expect((await rival).code).toBe('unavailable')
    await server.close()
    rmSync(join(server.dataDirectory, 'secrets', 'opaque-setup'))
    await expect(testServer({ dataDirectory: server.dataDirectory })).rejects.toThrow(
      'secrets/ lacks opaque-setup',
    )
  })
})

describe('kill -9', () => {
  it('in the middle of a thousand sends loses nothing that was acknowledged and doubles nothing', async () => {
    const dataDirectory = temporaryDirectory()
    let { child, url } = await serve(dataDirectory)
    const alice = await register(url, 'alice')
    const room = await createRoom(alice)
    const { logKey } = await alice.call(operations.readServer, {})
    const messages: Submission[] = []
    for (let i = 0; i < 1000; i++) messages.push(await write(room, `message ${i}`))

    const acknowledged = new Map<number, Acknowledgement>()
    /** Hands in what has no acknowledgement yet, and kills the server when there are so many. */
    const sendAll = async (killAt: number): Promise<void> => {
      alice.url = url
      const socket = await connect(alice)
      let killed: Promise<void> | undefined
      const send = async (message: Uint8Array, at: number): Promise<void> => {
        const ack = await socket.submit(room.id, message).catch(() => undefined)
        if (ack) acknowledged.set(at, ack)
        if (acknowledged.size >= killAt) killed ??= kill(child)
      }
      await Promise.all(
        messages.map(async ({ message }, at) => {
          if (!acknowledged.has(at)) await send(message, at)
        }),
      )
      if (killAt > messages.length) return socket.close()
      await (killed ?? kill(child))
      ;({ child, url } = await serve(dataDirectory))
    }
    for (const killAt of [120, 350, 700, Number.POSITIVE_INFINITY]) await sendAll(killAt)

    expect(acknowledged.size).toBe(1000)
    const entries: { hash: Uint8Array; payload: Uint8Array | null }[] = []
    let at: { seq: number; hash: Uint8Array } = { seq: -1, hash: new Uint8Array(32) }
    for (let head = 0; at.seq < head;) {
      const page = await alice.call(operations.readLog, { room: room.id, from: at.seq + 1 })
      at = await verifyPage(page, logKey, at)
      head = page.head.seq
      for (const { entry, payload } of page.messages) entries.push({ hash: entryHash(entry), payload })
    }
    expect(entries).toHaveLength(1001)
    for (const [index, { message }] of messages.entries()) {
      const ack = acknowledged.get(index) as Acknowledgement
      expect(equalBytes(entries[ack.seq]?.hash as Uint8Array, ack.hash)).toBe(true)
      expect(equalBytes(entries[ack.seq]?.payload as Uint8Array, message)).toBe(true)
    }
    expect(new Set([...acknowledged.values()].map(({ seq }) => seq)).size).toBe(1000)
    await kill(child)
  }, 120_000)
})

describe('a start', () => {
  /** Kills a server when so many files of its directory have changed, and sees whether the next is well. */
  const killedAfter = async (dataDirectory: string, changes: number): Promise<void> => {
    const child = fork(join(import.meta.dirname, 'child', 'serve.ts'), [dataDirectory])
    const over = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    let left = changes
    const watcher = watch(dataDirectory, () => {
      left -= 1
      if (left === 0) child.kill('SIGKILL')
    })
    // A start that changes less is over before.
    child.once('message', () => child.kill('SIGKILL'))
    await over
    watcher.close()
  }

  it('that is killed at any moment, the first one and later ones, is followed by one that works', async () => {
    const dataDirectory = temporaryDirectory()
    for (const changes of [2, 7, 16]) await killedAfter(dataDirectory, changes)
    let server = await serve(dataDirectory)
    await register(server.url, 'alice')
    await kill(server.child)
    for (const changes of [4, 11]) await killedAfter(dataDirectory, changes)
    server = await serve(dataDirectory)
    expect((await refusal(register(server.url, 'alice'))).code).toBe('name_taken')
    await kill(server.child)
  }, 120_000)
})

describe('a full disk', () => {
  it('DATA-6: refuses what cannot be stored, goes on reading, and takes messages again when there is room', async () => {
    const server = await testServer({
      databaseBytesMax: 600 * 1024,
      limits: { diskProbeMs: 0, diskReserveBytes: 0 },
    })
    const alice = await register(server.url, 'alice')
    const room = await createRoom(alice)
    const socket = await connect(alice)
    const text = 'x'.repeat(20_000)
    const slot = { slot: 'data', counter: 1, sealed: new Uint8Array(60_000) }
    await alice.call(operations.writeVaultSlot, slot)
    let last = await say(room, text)
    let refused
    for (;;) {
      const message = await write(room, text)
      const outcome = await refusal(submit(room, message).then((ack) => (last = ack)))
      if (outcome.code === 'accepted') continue
      refused = message
      expect(outcome.code).toBe('read_only')
      break
    }
    expect((await refusal(socket.submit(room.id, refused.message))).code).toBe('read_only')
    const raw = await fetch(`${server.url}/v1/rooms/${toHex(room.id)}/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/cbor', authorization: `Bearer ${alice.token}` },
      body: new Uint8Array(encodeAs(operations.submitMessage.body, refused)),
    })
    expect(raw.status).toBe(507)
    expect(await raw.json()).toMatchObject({ code: 'READ_ONLY' })
    const page = await alice.call(operations.readLog, { room: room.id, from: last.seq })
    expect(page.head).toEqual(last)
    const ready = await fetch(`${server.url}/readyz`)
    expect(ready.status).toBe(507)
    expect(await ready.json()).toMatchObject({ code: 'READ_ONLY', detail: { disk: 'full' } })

    // As soon as there is room again, without a restart: here a smaller slot in place of a large one.
    const smaller = { ...slot, counter: 2, sealed: new Uint8Array(10) }
    expect((await refusal(alice.call(operations.writeVaultSlot, smaller))).code).toBe('accepted')
    expect((await socket.submit(room.id, refused.message)).seq).toBe(last.seq + 1)
    expect((await submit(room, refused)).seq).toBe(last.seq + 1)
    await server.restart({ databaseBytesMax: 100 * 1024 * 1024 })
    alice.url = server.url
    expect((await submit(room, refused)).seq).toBe(last.seq + 1)
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
  })
})
