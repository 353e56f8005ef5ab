import { createHmac } from 'node:crypto'
import { decodeEntry, decodeLoggedNack, entryKinds, H, limits, operations, toHex } from '@sotto/protocol'
import { historyModes, signLabelled, withHistory } from '@sotto/trust'
import {
  decode,
  decodeMessage,
  encrypt,
  makeGroupInfo,
  messageBytes,
  propose,
  type PublicMessage,
} from '@sotto/mls'
import { describe, expect, it } from 'vitest'
import { senderTag } from '../src/delivery/digest.ts'
import { refusal } from './client/calling.ts'
import { standingClock, testClock } from './client/clock.ts'
import { makeBundle, publish, random, register } from './client/device.ts'
import {
  acceptWelcome,
  adopt,
  catchUp,
  createRoom,
  engineOf,
  envelopeFor,
  invite,
  prepareCommit,
  prepareRoom,
  type RawRoom,
  say,
  submit,
  verifyPage,
  write,
} from './client/room.ts'
import { testServer } from './client/testServer.ts'
import { codeOf, leafOf, together } from './client/together.ts'

describe('submit', () => {
  it('LOG-1: appends, acknowledges with a signature, and chains', async () => {
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

  it('LOG-3: names a sender by a tag that only this server can make, another one in each room', async () => {
    const { url } = await testServer()
    const { hers, his } = await together(url)
    await say(hers, 'hers')
    await say(his, 'his')
    await say(hers, 'hers again')
    const other = await createRoom(hers.device)
    await say(other, 'elsewhere')
    const tagsIn = async ({ id, device }: RawRoom): Promise<readonly string[]> => {
      const { messages } = await device.call(operations.readLog, { room: id, from: 0 })
      return messages
        .map(({ entry }) => decodeEntry(entry))
        .filter(({ kind }) => kind === entryKinds.app)
        .map(({ senderTag: tag }) => toHex(tag))
    }
    const [first, second, third] = await tagsIn(hers)
    expect(third).toBe(first)
    expect(new Set([first, second, ...(await tagsIn(other))]).size).toBe(3)
    const [key, room, device] = [random(32), random(16), random(16)]
    const tag = createHmac('sha256', key).update(room).update(device).digest('hex')
    expect(toHex(senderTag(key, room, device))).toBe(tag)
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

  it('LOG-2: refuses what is no message of this room', async () => {
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

  it('DEL-10: refuses handshakes with tags of another length, which no member could take for theirs', async () => {
    const { url } = await testServer()
    const { hers, his } = await together(url)
    const read = (message: Uint8Array) => {
      const decoded = decode(decodeMessage, message)
      if (decoded.kind !== 'public') throw new Error('not a public message')
      return decoded.message
    }
    const { submission } = await prepareCommit(hers, { forcePath: true })
    const { authenticated, membershipTag } = read(submission.message)
    const send = (message: PublicMessage, aux: Uint8Array | null) =>
      codeOf(submit(hers, { message: messageBytes({ kind: 'public', message }), aux }))
    for (const length of [0, 47, 49, 1000]) {
      const auth = { ...authenticated.auth, confirmationTag: random(length) }
      const unconfirmed = { authenticated: { ...authenticated, auth }, membershipTag }
      expect(await send(unconfirmed, submission.aux)).toBe('bad_request')
      expect(await send({ authenticated, membershipTag: random(length) }, submission.aux)).toBe('bad_request')
    }
    const { authenticatedData } = envelopeFor(hers, entryKinds.proposal)
    const removal = { kind: 'remove', removed: leafOf(hers, his.device) } as const
    const made = await propose(engineOf(hers.device), hers.group, removal, { authenticatedData })
    const proposed = read(made.message)
    expect(await send({ ...proposed, membershipTag: random(32) }, null)).toBe('bad_request')
    expect(await send(proposed, null)).toBe('accepted')
  })

  it('refuses what is too large', async () => {
    const { url } = await testServer()
    const { hers } = await together(url)
    const large = await write(hers, 'x'.repeat(limits.messageBytesMax))
    expect(await codeOf(submit(hers, large))).toBe('too_large')
    const fits = await write(hers, 'x'.repeat(limits.textBytesMax))
    expect(await codeOf(submit(hers, fits))).toBe('accepted')
  })

  it('takes a message of exactly as many bytes as one may have, and none of one more', async () => {
    const server = await testServer()
    const room = await createRoom(await register(server.url, 'alice'))
    const text = 'x'.repeat(5000)
    const submitAt = async (beyond: number): Promise<string> => {
      const written = await write(room, text)
      await server.restart({ limits: { messageBytesMax: written.message.length - beyond } })
      room.device.url = server.url
      return codeOf(submit(room, written))
    }
    expect([await submitAt(1), await submitAt(0)]).toEqual(['too_large', 'accepted'])
  })

  it('DEL-20 says of a commit beyond its bound that it is too large, not that it is not understood', async () => {
    const { url } = await testServer()
    const { hers } = await together(url)
    const message = new Uint8Array(limits.commitBytesMax + 1)
    const handIn = hers.device.call(operations.submitMessage, { room: hers.id, message, aux: null })
    expect(await codeOf(handIn)).toBe('too_large')
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
    const clock = standingClock()
    const { url } = await testServer({ clock, limits: { messagesPerSecond: 2, messageBurst: 5 } })
    const room = await createRoom(await register(url, 'alice'))
    let message = await write(room, 'the first')
    /** How many are taken, one after the other: the one that is refused is the next that is tried again. */
    const taken = async (): Promise<number> => {
      for (let count = 0; ; count++) {
        const { code, detail } = await refusal(submit(room, message))
        if (code !== 'accepted') {
          expect({ code, detail }).toEqual({ code: 'rate', detail: { retryAfterMs: 500 } })
          return count
        }
        message = await write(room, 'again')
      }
    }
    expect(await taken()).toBe(5)
    clock.advance(1000)
    expect(await taken()).toBe(2)
    // What was not used is not saved beyond the burst.
    clock.advance(60_000)
    expect(await taken()).toBe(5)
  })

  it('keeps the order of messages of which it refuses one for now', async () => {
    const clock = testClock()
    const { url } = await testServer({ clock, limits: { messagesPerSecond: 1, messageBurst: 2 } })
    const room = await createRoom(await register(url, 'alice'))
    const messages = []
    for (const text of ['one', 'two', 'three', 'four']) messages.push(await write(room, text))
    const [one, two, three, four] = messages
    if (!one || !two || !three || !four) throw new Error('nothing was written')
    const early = [await codeOf(submit(room, one)), await codeOf(submit(room, two))]
    expect(early).toEqual(['accepted', 'accepted'])
    expect(await codeOf(submit(room, three))).toBe('rate')
    clock.advance(5000)
    expect(await codeOf(submit(room, four))).toBe('rate')
    expect(await codeOf(submit(room, three))).toBe('accepted')
    expect(await codeOf(submit(room, four))).toBe('accepted')
  })

  it('does not leave a room ten years ahead when the clock was there for a moment', async () => {
    const clock = testClock()
    const { url } = await testServer({ clock })
    const { hers } = await together(url)
    const first = await say(hers, 'one')
    const tenYearsMs = 3650 * 86_400_000
    clock.advance(tenYearsMs)
    const second = await say(hers, 'two')
    expect(second.timeMs - first.timeMs).toBeLessThan(60_000)
    expect(await codeOf(adopt(hers, await prepareCommit(hers, { forcePath: true })))).toBe('accepted')
    clock.advance(-tenYearsMs)
    const third = await say(hers, 'three')
    expect(third.timeMs - second.timeMs).toBeLessThan(60_000)
  })

  it('ID-3: never lets the time of a log run backwards', async () => {
    const clock = testClock()
    const { url } = await testServer({ clock })
    const room = await createRoom(await register(url, 'alice'))
    const first = await say(room, 'one')
    clock.advance(-60_000)
    const second = await say(room, 'two')
    expect(second.timeMs).toBe(first.timeMs)
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
