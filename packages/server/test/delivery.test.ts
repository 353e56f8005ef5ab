import {
  decodeCommitAttachment,
  decodeEntry,
  decodeLoggedNack,
  encodeCommitAttachment,
  entryKinds,
  equalBytes,
  H,
  limits,
  operations,
} from '@sotto/protocol'
import {
  buildRevokeDevice,
  extensionsWithPolicy,
  historyModes,
  identityOf,
  revocationGraceS,
  signLabelled,
  withHistory,
  withoutMember,
} from '@sotto/trust'
import { commit, createGroup, encodeTree, encrypt, leaves, makeGroupInfo, propose } from '@sotto/mls'
import { describe, expect, it } from 'vitest'
import { refusal } from './client/calling.ts'
import { testClock } from './client/clock.ts'
import {
  addDevice,
  learn,
  makeBundle,
  nowS,
  provider,
  publish,
  random,
  type RawDevice,
  register,
} from './client/device.ts'
import {
  acceptWelcome,
  adopt,
  catchUp,
  createRoom,
  engineOf,
  envelopeFor,
  invitation,
  invite,
  policyIn,
  prepareCommit,
  prepareExternalJoin,
  prepareRoom,
  proposeAlone,
  type RawRoom,
  say,
  submit,
  verifyPage,
  write,
} from './client/room.ts'
import { testServer } from './client/testServer.ts'

const codeOf = async (work: Promise<unknown>) => (await refusal(work)).code

/** Alice has a room and Bob is in it, at its head. */
const together = async (url: string, names: readonly [string, string] = ['alice', 'bob']) => {
  const alice = await register(url, names[0])
  const bob = await register(url, names[1])
  await publish(bob, 3)
  const hers = await createRoom(alice)
  await invite(hers, bob.account)
  const his = await acceptWelcome(bob, hers.id)
  return { alice, bob, hers, his }
}

const leafOf = (room: RawRoom, device: RawDevice): number => {
  const found = [...leaves(room.group.public.tree)].find(([, leaf]) =>
    equalBytes(identityOf(leaf)?.device as Uint8Array, device.id),
  )
  return found?.[0] as number
}

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

describe('submit', () => {
  it('appends, acknowledges with a signature, and chains', async () => {
    const { url } = await testServer()
    const { hers } = await together(url)
    for (const text of ['one', 'two', 'three']) await say(hers, text)
    const { logKey } = await hers.device.call(operations.readServer, {})
    const page = await hers.device.call(operations.readLog, { room: hers.id, from: 0 })
    const before = { seq: -1, hash: new Uint8Array(32) }
    expect((await verifyPage(page, logKey, before)).seq).toBe(4)
    const entries = page.messages.map(({ entry }) => decodeEntry(entry))
    expect(entries.map(({ kind }) => kind)).toEqual([
      entryKinds.create,
      entryKinds.commit,
      entryKinds.app,
      entryKinds.app,
      entryKinds.app,
    ])
    expect(entries.map(({ epoch }) => epoch)).toEqual([0, 0, 1, 1, 1])
    const times = entries.map(({ timeMs }) => timeMs)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    for (const { entry, payload } of page.messages)
      expect(decodeEntry(entry).payloadHash).toEqual(H(payload as Uint8Array))
  })

  it('DEL-1 answers the same message with the same acknowledgement, and another one with id_reused', async () => {
    const { url } = await testServer()
    const { hers, his } = await together(url)
    const first = await write(hers, 'once')
    const ack = await submit(hers, first)
    expect(await submit(hers, first)).toEqual(ack)
    const second = await write(hers, 'other', { messageId: first.messageId })
    expect(await codeOf(submit(hers, second))).toBe('id_reused')
    await catchUp(his)
    expect(his.texts).toEqual(['once'])
    const byBob = await write(his, 'same id, other device', { messageId: first.messageId })
    expect((await submit(his, byBob)).seq).toBe(ack.seq + 1)
  })

  it('DEL-1 answers a repeated commit after its epoch has gone', async () => {
    const { url } = await testServer()
    const { hers } = await together(url)
    const prepared = await prepareCommit(hers, { forcePath: true })
    const ack = await adopt(hers, prepared)
    await adopt(hers, await prepareCommit(hers, { forcePath: true }))
    expect(await submit(hers, prepared.submission)).toEqual(ack)
  })

  it('DEL-1 gives two that come at once one entry', async () => {
    const { url } = await testServer()
    const { hers } = await together(url)
    const message = await write(hers, 'twice at once')
    const [one, other] = await Promise.all([submit(hers, message), submit(hers, message)])
    expect(one).toEqual(other)
    expect((await say(hers, 'next')).seq).toBe(one.seq + 1)
  })

  it('DEL-2 refuses what is of another epoch, with the current one', async () => {
    const { url } = await testServer()
    const { hers, his } = await together(url)
    const late = await write(his, 'too late')
    await catchUp(hers)
    await adopt(hers, await prepareCommit(hers, { forcePath: true }))
    const refused = await refusal(submit(his, late))
    expect(refused).toEqual({ code: 'stale_epoch', detail: { epoch: 2, head: 2 } })
    await catchUp(his)
    const again = await write(his, 'again', { messageId: late.messageId })
    expect((await submit(his, again)).seq).toBe(3)
  })

  it('DEL-3 refuses whoever has no leaf, and tells strangers nothing', async () => {
    const { url } = await testServer()
    const { alice, hers } = await together(url)
    const carol = await register(url, 'carol')
    const message = await write(hers, 'from Alice')
    const asCarol = { room: hers.id, message: message.message, aux: null }
    expect(await refusal(carol.call(operations.submitMessage, asCarol))).toEqual({
      code: 'not_member',
      detail: {},
    })
    for (const op of [operations.readLog, operations.readMeta, operations.readGroupInfo] as const)
      expect(await codeOf(carol.call(op as typeof operations.readLog, { room: hers.id, from: 0 }))).toBe(
        'not_member',
      )
    const hash = hers.group.public.context.treeHash
    expect(await codeOf(carol.call(operations.readTree, { room: hers.id, hash }))).toBe('not_member')
    const tag = { room: hers.id, epoch: 1, tag: random(16) }
    expect(await codeOf(carol.call(operations.writeForkTag, tag))).toBe('not_member')
    const nowhere = { ...asCarol, room: random(16) }
    expect(await codeOf(carol.call(operations.submitMessage, nowhere))).toBe('bad_request')
    expect(await codeOf(alice.call(operations.readLog, { room: random(16), from: 0 }))).toBe('room_unknown')
  })

  it('DEL-4 refuses a counter that does not rise, with the last one', async () => {
    const { url } = await testServer()
    const { hers } = await together(url)
    await say(hers, 'one')
    const last = hers.counter
    const back = await write(hers, 'from a backup', { sendCounter: last })
    expect(await refusal(submit(hers, back))).toEqual({
      code: 'client_rollback',
      detail: { lastCounter: last },
    })
    expect(await codeOf(submit(hers, await write(hers, 'zero', { sendCounter: 0 })))).toBe('client_rollback')
    hers.counter = last + 10
    expect(await codeOf(say(hers, 'gaps are fine'))).toBe('accepted')
  })

  it('DEL-5 refuses an anchor that is not ours', async () => {
    const { url } = await testServer()
    const { hers } = await together(url)
    await say(hers, 'one')
    const forked = await write(hers, 'x', { anchorHash: random(16) })
    expect(await refusal(submit(hers, forked))).toEqual({ code: 'fork', detail: { head: 2 } })
    const ahead = await write(hers, 'x', { anchorSeq: 99 })
    expect(await codeOf(submit(hers, ahead))).toBe('fork')
    const elsewhere = await write(hers, 'x', { anchorSeq: 0 })
    expect(await codeOf(submit(hers, elsewhere))).toBe('fork')
    expect(await codeOf(say(hers, 'with the anchor as it is'))).toBe('accepted')
  })

  it('refuses what is no message of this room', async () => {
    const { url } = await testServer()
    const { hers, his } = await together(url)
    const other = await createRoom(hers.device)
    const bad = async (message: Uint8Array, aux: Uint8Array | null = null, room = hers.id) =>
      codeOf(hers.device.call(operations.submitMessage, { room, message, aux }))
    expect(await bad(random(400))).toBe('bad_request')
    expect(await bad((await makeBundle(hers.device)).bytes)).toBe('bad_request')
    expect(await bad(await makeGroupInfo(engineOf(hers.device), hers.group))).toBe('bad_request')
    expect(await bad((await write(other, 'elsewhere')).message)).toBe('bad_request')
    expect(await bad((await write(hers, 'x', { room: other.id })).message)).toBe('bad_request')
    expect(await bad((await write(hers, 'x', { kind: entryKinds.commit })).message)).toBe('bad_request')
    expect(await bad((await write(hers, 'x', { kind: entryKinds.hook })).message)).toBe('bad_request')
    const noEnvelope = await encrypt(engineOf(hers.device), hers.group, random(5), {
      authenticatedData: random(30),
    })
    hers.group = noEnvelope.group
    expect(await bad(noEnvelope.message)).toBe('bad_request')
    expect(await bad((await write(hers, 'x')).message, random(20))).toBe('bad_request')
    const hidden = await propose(
      engineOf(hers.device),
      hers.group,
      { kind: 'remove', removed: leafOf(hers, his.device) },
      { authenticatedData: envelopeFor(hers, entryKinds.proposal).authenticatedData, wire: 'private' },
    )
    expect(await bad(hidden.message)).toBe('bad_request')
  })

  it('refuses what is too large', async () => {
    const { url } = await testServer()
    const { hers } = await together(url)
    const large = await write(hers, 'x'.repeat(limits.messageBytesMax))
    expect(await codeOf(submit(hers, large))).toBe('too_large')
    const fits = await write(hers, 'x'.repeat(limits.textBytesMax))
    expect(await codeOf(submit(hers, fits))).toBe('accepted')
  })

  it('wants an archive record exactly where the room keeps history', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    const { input, group } = await prepareRoom(alice, {
      change: (policy) => withHistory(policy, { mode: historyModes.all, days: 0 }),
    })
    const { ack } = await alice.call(operations.createRoom, input)
    const { seq, hash } = ack
    const room: RawRoom = {
      device: alice,
      id: input.room,
      group,
      seq,
      hash,
      counter: 0,
      texts: [],
      own: new Set(),
    }
    const record = random(300)
    const attempt = async (archiveHash: Uint8Array | null, aux: Uint8Array | null) =>
      codeOf(submit(room, { ...(await write(room, 'x', { archiveHash })), aux }))
    expect(await attempt(null, null)).toBe('bad_request')
    expect(await attempt(H(record), null)).toBe('bad_request')
    expect(await attempt(H(record), random(300))).toBe('bad_request')
    expect(await attempt(H(record), record)).toBe('accepted')
    const page = await alice.call(operations.readLog, { room: room.id, from: 1 })
    expect(page.messages[0]?.aux).toEqual(record)
  })

  it('refuses messages where only admins may write', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    const bob = await register(url, 'bob')
    await publish(bob)
    const hers = await createRoom(alice, { kind: 'announce' })
    await invite(hers, bob.account)
    const his = await acceptWelcome(bob, hers.id)
    expect(await codeOf(say(hers, 'announcement'))).toBe('accepted')
    expect(await refusal(say(his, 'reply'))).toEqual({ code: 'policy', detail: { rule: 'post' } })
  })

  it('is bounded per device', async () => {
    const clock = testClock()
    const { url } = await testServer({ clock, limits: { messagesPerSecond: 0.1, messageBurst: 5 } })
    const alice = await register(url, 'alice')
    const room = await createRoom(alice)
    const codes = []
    for (let i = 0; i < 12; i++) codes.push(await refusal(say(room, 'again')))
    const refused = codes.find(({ code }) => code === 'rate')
    expect(refused?.detail['retryAfterMs']).toBeGreaterThan(0)
    clock.advance(60_000)
    expect(await codeOf(say(room, 'later'))).toBe('accepted')
  })

  it('never lets the time of a log run backwards', async () => {
    const clock = testClock()
    const { url } = await testServer({ clock })
    const room = await createRoom(await register(url, 'alice'))
    const first = await say(room, 'one')
    clock.advance(-60_000)
    const second = await say(room, 'two')
    expect(second.timeMs).toBe(first.timeMs)
  })
})

describe('a commit', () => {
  it('of two that come at once wins, and the other hears of the new epoch', async () => {
    const { url } = await testServer()
    const { hers, his } = await together(url)
    const prepared = await Promise.all([hers, his].map((room) => prepareCommit(room, { forcePath: true })))
    const outcomes = await Promise.all(
      prepared.map(({ submission }, at) => refusal(submit([hers, his][at] as RawRoom, submission))),
    )
    expect(outcomes.map(({ code }) => code).toSorted()).toEqual(['accepted', 'stale_epoch'])
    const winner = outcomes.findIndex(({ code }) => code === 'accepted')
    const [won, lost] = winner === 0 ? [hers, his] : [his, hers]
    won.group = prepared[winner]?.staged as RawRoom['group']
    await catchUp(lost)
    await catchUp(won)
    await say(lost, 'I lost and am still here')
    await catchUp(won)
    expect(won.texts.at(-1)).toBe('I lost and am still here')
  })

  it('is one per epoch, with all messages of the epoch before it', async () => {
    const { url } = await testServer()
    const { hers, his } = await together(url)
    const texts = await Promise.all([1, 2, 3, 4].map(() => write(hers, 'racing')))
    const prepared = await prepareCommit(his, { forcePath: true })
    const outcomes = await Promise.all([
      ...texts.map((text) => codeOf(submit(hers, text))),
      codeOf(submit(his, prepared.submission)),
    ])
    for (const code of outcomes.slice(0, -1))
      expect(['accepted', 'stale_epoch', 'client_rollback']).toContain(code)
    expect(outcomes.at(-1)).toBe('accepted')
    const page = await hers.device.call(operations.readLog, { room: hers.id, from: 0 })
    const entries = page.messages.map(({ entry }) => decodeEntry(entry))
    let epoch = 0
    for (const { kind, epoch: of } of entries) {
      expect(of).toBe(epoch)
      if (kind === entryKinds.commit) epoch++
    }
  })

  it('that breaks the rules of the room is refused by name, and changes nothing', async () => {
    const { url } = await testServer()
    const { alice, hers, his } = await together(url)
    // Bob's own engine would refuse to make it, too: he is given one that does not ask.
    const reckless = { ...engineOf(his.device), checks: { leaf: () => undefined, commit: () => undefined } }
    const { authenticatedData } = envelopeFor(his, entryKinds.commit)
    const made = await commit(reckless, his.group, {
      proposals: [{ kind: 'remove', removed: leafOf(his, alice) }],
      authenticatedData,
    })
    const aux = encodeCommitAttachment({ groupInfo: made.groupInfo, welcome: null, meta: null })
    const refused = await refusal(submit(his, { message: made.message, aux }))
    expect(refused.code).toBe('policy')
    expect(refused.detail['rule']).toMatch(/^C3/)
    expect(await codeOf(say(hers, 'still here'))).toBe('accepted')
  })

  it('needs what rides with it', async () => {
    const { url } = await testServer()
    const { alice, hers } = await together(url)
    const carol = await register(url, 'carol')
    await publish(carol, 5)
    const proposals = await invitation(hers, carol.account)
    const attempt = async (
      change: (attachment: ReturnType<typeof decodeCommitAttachment>) => object | null,
    ) => {
      const { submission } = await prepareCommit(hers, { proposals })
      const changed = change(decodeCommitAttachment(submission.aux as Uint8Array))
      return codeOf(submit(hers, { ...submission, aux: changed && encodeCommitAttachment(changed as never) }))
    }
    expect(await attempt(() => null)).toBe('bad_request')
    expect(await attempt((own) => ({ ...own, welcome: null }))).toBe('bad_request')
    expect(await attempt((own) => ({ ...own, meta: null }))).toBe('bad_request')
    expect(await attempt((own) => ({ ...own, groupInfo: random(200) }))).toBe('policy')
    expect(await attempt((own) => ({ ...own, welcome: random(200) }))).toBe('policy')
    const old = await makeGroupInfo(engineOf(alice), hers.group)
    expect(await attempt((own) => ({ ...own, groupInfo: old }))).toBe('policy')
    const { staged } = await prepareCommit(hers, { proposals })
    const strange = await makeGroupInfo(engineOf(alice), staged)
    expect(await attempt((own) => ({ ...own, groupInfo: strange }))).toBe('policy')
    expect((await alice.call(operations.readLog, { room: hers.id, from: 0 })).head.seq).toBe(1)
    expect(await codeOf(prepareCommit(hers, { proposals }).then((one) => adopt(hers, one)))).toBe('accepted')
  })

  it('carries a Welcome for those it adds, and for nobody else', async () => {
    const { url } = await testServer()
    const { hers } = await together(url)
    const [carol, dave] = [await register(url, 'carol'), await register(url, 'dave')]
    await publish(carol, 2)
    await publish(dave, 2)
    const forCarol = await prepareCommit(hers, { proposals: await invitation(hers, carol.account) })
    const forDave = await prepareCommit(hers, { proposals: await invitation(hers, dave.account) })
    const own = decodeCommitAttachment(forCarol.submission.aux as Uint8Array)
    const other = decodeCommitAttachment(forDave.submission.aux as Uint8Array)
    const swapped = encodeCommitAttachment({ ...own, welcome: other.welcome })
    expect(await codeOf(submit(hers, { ...forCarol.submission, aux: swapped }))).toBe('bad_request')
    const alone = await prepareCommit(hers, { forcePath: true })
    const needless = encodeCommitAttachment({
      ...decodeCommitAttachment(alone.submission.aux as Uint8Array),
      welcome: other.welcome,
    })
    expect(await codeOf(submit(hers, { ...alone.submission, aux: needless }))).toBe('bad_request')
  })

  it("from somebody else's leaf is refused", async () => {
    const { url } = await testServer()
    const { bob, hers } = await together(url)
    const { submission } = await prepareCommit(hers, { forcePath: true })
    const asBob = { room: hers.id, message: submission.message, aux: submission.aux }
    expect(await codeOf(bob.call(operations.submitMessage, asBob))).toBe('not_member')
  })

  it('comes so often a minute and no oftener', async () => {
    const { url } = await testServer({ limits: { commitsPerRoomPerMinute: 2 } })
    const room = await createRoom(await register(url, 'alice'))
    const again = async () => adopt(room, await prepareCommit(room, { forcePath: true }))
    await again()
    await again()
    expect(await codeOf(again())).toBe('rate')
  })

  it('adds a further device of the own account', async () => {
    const { url } = await testServer()
    const { alice, hers } = await together(url)
    const second = await addDevice(alice)
    await publish(second)
    await invite(hers, alice.account)
    const theirs = await acceptWelcome(second, hers.id)
    expect(await codeOf(say(theirs, 'from my second device'))).toBe('accepted')
    await catchUp(hers)
    expect(hers.texts).toEqual(['from my second device'])
  })

  it('does not add a device that has been revoked since its key package was claimed', async () => {
    const clock = testClock()
    const { url } = await testServer({ clock })
    const { alice, hers } = await together(url)
    const carol = await register(url, 'carol')
    const second = await addDevice(carol)
    await publish(second)
    const proposals = await invitation(hers, carol.account)
    const state = await learn(carol, carol.account)
    const link = await buildRevokeDevice({
      provider,
      state,
      timeS: nowS(),
      device: second.id,
      reason: 'lost',
      by: { kind: 'identity', identity: carol.identity },
    })
    await carol.call(operations.appendLink, { link })
    clock.advance((revocationGraceS + 1) * 1000)
    const refused = await refusal(submit(hers, (await prepareCommit(hers, { proposals })).submission))
    expect(refused).toEqual({ code: 'policy', detail: { rule: 'LEAF-8' } })
    expect((await alice.call(operations.readLog, { room: hers.id, from: 0 })).head.seq).toBe(1)
  })
})

describe('a Welcome', () => {
  it('waits with its tree until it is settled, also when the room has moved on', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    const bob = await register(url, 'bob')
    await publish(bob)
    const hers = await createRoom(alice)
    await invite(hers, bob.account)
    await adopt(hers, await prepareCommit(hers, { forcePath: true }))
    await say(hers, 'while you were away')
    const his = await acceptWelcome(bob, hers.id)
    expect(await catchUp(his)).toBe('member')
    expect(his.texts).toEqual(['while you were away'])
    expect((await bob.call(operations.listWelcomes, {})).welcomes).toEqual([])
  })

  it('is not released when its commit is refused', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    const bob = await register(url, 'bob')
    await publish(bob, 2)
    const hers = await createRoom(alice)
    const late = await prepareCommit(hers, { proposals: await invitation(hers, bob.account) })
    await adopt(hers, await prepareCommit(hers, { forcePath: true }))
    expect(await codeOf(submit(hers, late.submission))).toBe('stale_epoch')
    expect((await bob.call(operations.listWelcomes, {})).welcomes).toEqual([])
  })

  it('tells who invited, and carries the metadata of its epoch', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    const bob = await register(url, 'bob')
    await publish(bob)
    const hers = await createRoom(alice)
    const meta = random(77)
    const proposals = await invitation(hers, bob.account)
    const ack = await adopt(hers, await prepareCommit(hers, { proposals }, { meta }))
    const { welcomes } = await bob.call(operations.listWelcomes, {})
    expect(welcomes).toHaveLength(1)
    expect(welcomes[0]).toMatchObject({
      room: hers.id,
      seq: ack.seq,
      entryHash: ack.hash,
      epoch: 1,
      inviter: alice.account,
      meta,
      timeMs: ack.timeMs,
    })
    expect(await bob.call(operations.readMeta, { room: hers.id })).toEqual({ epoch: 1, sealed: meta })
  })

  it('does not pile up without end', async () => {
    const { url } = await testServer({ limits: { welcomesWaitingMax: 1 } })
    const alice = await register(url, 'alice')
    const bob = await register(url, 'bob')
    await publish(bob, 3)
    await invite(await createRoom(alice), bob.account)
    expect(await codeOf(createRoom(alice).then((room) => invite(room, bob.account)))).toBe('rate')
  })
})

describe('leaving', () => {
  it('by proposal: another member commits it, and who left reads up to there', async () => {
    const { url } = await testServer()
    const { hers, his, bob } = await together(url)
    await proposeAlone(his, { kind: 'remove', removed: his.group.ownLeaf })
    await catchUp(hers)
    const extensions = extensionsWithPolicy(
      hers.group.public.context,
      withoutMember(policyIn(hers), bob.account),
    )
    await adopt(
      hers,
      await prepareCommit(hers, {
        references: 'all',
        proposals: [{ kind: 'group_context_extensions', extensions }],
      }),
    )
    await say(hers, 'Bob cannot read this')
    expect(await catchUp(his)).toBe('removed')
    const page = await bob.call(operations.readLog, { room: his.id, from: 0 })
    expect(page.head.seq).toBe(3)
    expect(page.messages).toHaveLength(4)
    expect((await bob.call(operations.listRooms, {})).rooms).toEqual([])
    const message = await write(his, 'am I still here?')
    expect((await refusal(submit(his, message))).code).toBe('stale_epoch')
    expect(await codeOf(bob.call(operations.readGroupInfo, { room: his.id }))).toBe('not_member')
  })

  it('proposals are judged before they wait', async () => {
    const { url } = await testServer()
    const { alice, hers, his } = await together(url)
    const refused = await refusal(proposeAlone(his, { kind: 'remove', removed: leafOf(his, alice) }))
    expect(refused.code).toBe('policy')
    const { authenticatedData } = envelopeFor(hers, entryKinds.proposal)
    const mine = await propose(
      engineOf(alice),
      hers.group,
      { kind: 'remove', removed: leafOf(hers, his.device) },
      { authenticatedData },
    )
    const asBob = { room: hers.id, message: mine.message, aux: null }
    expect(await codeOf(his.device.call(operations.submitMessage, asBob))).toBe('not_member')
    expect(await codeOf(submit(hers, { message: mine.message, aux: random(9) }))).toBe('bad_request')
    expect(await codeOf(submit(hers, { message: mine.message, aux: null }))).toBe('accepted')
  })
})

describe('coming in from outside', () => {
  it('a device that has lost its state comes back in the place of its leaf', async () => {
    const { url } = await testServer()
    const { bob, hers, his } = await together(url)
    await say(his, 'before')
    const { counter, seq, hash } = his
    const { room, prepared } = await prepareExternalJoin(bob, hers.id, { counter, seq, hash })
    await adopt(room, prepared)
    await catchUp(hers)
    await say(room, 'I am back')
    await catchUp(hers)
    expect(hers.texts).toEqual(['before', 'I am back'])
    const { rooms } = await bob.call(operations.listRooms, {})
    expect(rooms).toHaveLength(1)
  })

  it('a further device of a member comes in; one of nobody does not', async () => {
    const { url } = await testServer({ limits: { joinsPerRoomPerMinute: 1 } })
    const { alice, bob, hers } = await together(url)
    const second = await addDevice(bob)
    const at = { counter: 50, seq: hers.seq, hash: hers.hash }
    const { room, prepared } = await prepareExternalJoin(second, hers.id, at)
    expect(
      await codeOf(alice.call(operations.submitMessage, { room: hers.id, ...prepared.submission })),
    ).toBe('not_member')
    await adopt(room, prepared)
    await learn(alice, bob.account)
    await catchUp(hers)
    await say(room, 'from my second device')
    await catchUp(hers)
    expect(hers.texts).toEqual(['from my second device'])

    const third = await addDevice(bob)
    const again = await prepareExternalJoin(third, hers.id, { counter: 0, seq: room.seq, hash: room.hash })
    expect(await codeOf(submit(again.room, again.prepared.submission))).toBe('rate')
    const carol = await register(url, 'carol')
    expect(await codeOf(prepareExternalJoin(carol, hers.id, at))).toBe('not_member')
  })
})

describe('a nack', () => {
  it('stands in the log with the device that signed it, and once', async () => {
    const { url } = await testServer()
    const { alice, bob, hers } = await together(url)
    const messageId = random(16)
    const claim = [hers.id, 1, 'C2a', messageId]
    const signature = await signLabelled(bob.signer, 'nack', claim)
    const nack = { room: hers.id, seq: 1, rule: 'C2a', messageId, signature }
    const { ack } = await bob.call(operations.submitNack, nack)
    expect((await bob.call(operations.submitNack, nack)).ack).toEqual(ack)
    const page = await alice.call(operations.readLog, { room: hers.id, from: ack.seq })
    const [logged] = page.messages
    expect(decodeEntry(logged?.entry as Uint8Array).kind).toBe(entryKinds.nack)
    expect(decodeLoggedNack(logged?.payload as Uint8Array)).toEqual({
      account: bob.account,
      device: bob.id,
      seq: 1,
      rule: 'C2a',
      messageId,
      signature,
    })
    expect(await codeOf(alice.call(operations.submitNack, { ...nack, messageId: random(16) }))).toBe(
      'device_unknown',
    )
    expect(await codeOf(bob.call(operations.submitNack, { ...nack, rule: 'C2b' }))).toBe('device_unknown')
    expect(await codeOf(bob.call(operations.submitNack, { ...nack, seq: 99 }))).toBe('bad_request')
    const carol = await register(url, 'carol')
    expect(await codeOf(carol.call(operations.submitNack, nack))).toBe('not_member')
  })
})

describe('reading', () => {
  it('goes by page, and each page ends with a signed acknowledgement', async () => {
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
  it('are compared within an epoch; that they differ is noted for whoever runs the server', async () => {
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
