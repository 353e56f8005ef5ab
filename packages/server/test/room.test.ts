import { operations } from '@sotto/protocol'
import { createGroup, encodeTree, makeGroupInfo } from '@sotto/mls'
import { describe, expect, it } from 'vitest'
import { refusal } from './client/calling.ts'
import { makeBundle, random, register } from './client/device.ts'
import {
  adopt,
  createRoom,
  engineOf,
  prepareCommit,
  prepareRoom,
  type RawRoom,
  say,
  verifyPage,
} from './client/room.ts'
import { testServer } from './client/testServer.ts'
import { codeOf, together } from './client/together.ts'

describe('a room', () => {
  it('begins with its creator alone, and repeating that gives the same answer', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    const { input } = await prepareRoom(alice)
    const { ack } = await alice.call(operations.createRoom, input)
    expect(ack.seq).toBe(0)
    expect((await alice.call(operations.createRoom, input)).ack).toEqual(ack)
    const other = { ...input, meta: random(9), groupInfo: (await prepareRoom(alice)).input.groupInfo }
    expect(await codeOf(alice.call(operations.createRoom, other))).toBe('id_reused')
    const bob = await register(url, 'bob')
    expect(await codeOf(bob.call(operations.createRoom, input))).toBe('id_reused')
    expect(await alice.call(operations.readMeta, { room: input.room })).toEqual({
      epoch: 0,
      sealed: input.meta,
    })
  })

  it('is refused when it begins otherwise', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    const bob = await register(url, 'bob')
    const { input, group } = await prepareRoom(alice)
    const attempt = (changes: Partial<typeof input>, by = alice) =>
      refusal(by.call(operations.createRoom, { ...input, ...changes }))
    expect((await attempt({ room: random(16) })).code).toBe('bad_request')
    expect((await attempt({ groupInfo: random(300) })).code).toBe('policy')
    expect((await attempt({ tree: random(300) })).code).toBe('policy')
    expect((await attempt({}, bob)).code).toBe('not_member')
    const fat = await makeGroupInfo(engineOf(alice), group, { withTree: true })
    expect((await attempt({ groupInfo: fat })).code).toBe('bad_request')
    const bare = await createGroup(engineOf(alice), { groupId: input.room, bundle: await makeBundle(alice) })
    const lawless = await makeGroupInfo(engineOf(alice), bare)
    const refused = await attempt({ groupInfo: lawless, tree: encodeTree(bare.public.tree) })
    expect(refused).toEqual({ code: 'policy', detail: { rule: 'C0a' } })
    expect((await attempt({})).code).toBe('accepted')
  })

  it('is one of so many that an account may open in a day', async () => {
    const { url } = await testServer({ limits: { roomsPerAccountPerDay: 2 } })
    const alice = await register(url, 'alice')
    await createRoom(alice)
    await createRoom(alice)
    expect(await codeOf(createRoom(alice))).toBe('rate')
  })
})

describe('reading', () => {
  it('LOG-4: goes by page, and each page ends with a signed acknowledgement', async () => {
    const { url } = await testServer({ limits: { logPageEntriesMax: 4 } })
    const room = await createRoom(await register(url, 'alice'))
    for (let i = 0; i < 9; i++) await say(room, `message ${i}`)
    const { logKey } = await room.device.call(operations.readServer, {})
    let at: { seq: number; hash: Uint8Array } = { seq: -1, hash: new Uint8Array(32) }
    const sizes = []
    for (;;) {
      const page = await room.device.call(operations.readLog, { room: room.id, from: at.seq + 1 })
      at = await verifyPage(page, logKey, at)
      expect(page.head.seq).toBe(9)
      sizes.push(page.messages.length)
      if (at.seq === page.head.seq) break
    }
    expect(sizes).toEqual([4, 4, 2])
    const beyond = await room.device.call(operations.readLog, { room: room.id, from: 10 })
    expect(beyond.messages).toEqual([])
    expect(beyond.ack).toEqual(beyond.head)
  })

  it('gives the tree by its hash only while it is the current one', async () => {
    const { url } = await testServer()
    const { alice, hers } = await together(url)
    const hash = hers.group.public.context.treeHash
    expect((await alice.call(operations.readTree, { room: hers.id, hash })).tree.length).toBeGreaterThan(100)
    await adopt(hers, await prepareCommit(hers, { forcePath: true }))
    expect(await codeOf(alice.call(operations.readTree, { room: hers.id, hash }))).toBe('not_found')
  })
})

describe('fork tags', () => {
  it('REC-7: are compared within an epoch; that they differ is noted for whoever runs the server', async () => {
    const lines: string[] = []
    const logDestination = { write: (line: string) => void lines.push(line) }
    const { url } = await testServer({ logLevel: 'warn', logDestination })
    const { hers, his } = await together(url)
    const tag = random(16)
    const put = (room: RawRoom, epoch: number, value: Uint8Array) =>
      room.device.call(operations.writeForkTag, { room: room.id, epoch, tag: value })
    await put(hers, 1, tag)
    await put(his, 1, tag)
    await put(his, 0, random(16))
    expect(lines).toEqual([])
    await put(his, 1, random(16))
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] as string)).toMatchObject({ event: 'fork_tags_differ', count: 1 })
  })
})
