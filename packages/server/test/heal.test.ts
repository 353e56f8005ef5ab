import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeGroupInfo } from '@sotto/mls'
import {
  type Acknowledgement,
  decodeEntry,
  encodeAs,
  encodeEntry,
  entryHash,
  entryKinds,
  H,
  type InputOf,
  limits,
  type LoggedMessage,
  type LogPage,
  operations,
} from '@sotto/protocol'
import { extensionsWithPolicy, signLabelled, withoutMember } from '@sotto/trust'
import { describe, expect, it } from 'vitest'
import { makeLogKey } from '../src/delivery/logKey.ts'
import { refusal } from './client/calling.ts'
import { addDevice, connect, learn, publish, random, type RawDevice, register } from './client/device.ts'
import {
  acceptWelcome,
  adopt,
  catchUp,
  createRoom,
  engineOf,
  invite,
  policyIn,
  prepareCommit,
  prepareExternalJoin,
  proposeAlone,
  type RawRoom,
  say,
  submit,
  verifyPage,
  write,
} from './client/room.ts'
import { testServer } from './client/testServer.ts'
import { codeOf } from './client/together.ts'

type Healing = InputOf<typeof operations.healRoom>

const pageOf = (room: RawRoom, from = 0): Promise<LogPage> =>
  room.device.call(operations.readLog, { room: room.id, from })

const nack = async (room: RawRoom, rule: string): Promise<Acknowledgement> => {
  const messageId = random(16)
  const signature = await signLabelled(room.device.signer, 'nack', [room.id, 1, rule, messageId])
  const claim = { room: room.id, seq: 1, rule, messageId, signature }
  return (await room.device.call(operations.submitNack, claim)).ack
}

/** A room whose server has gone back to where it was before everything that `page` shows. */
const lostRoom = async () => {
  const server = await testServer()
  const [alice, bob, carol, dave] = (await Promise.all(
    ['alice', 'bob', 'carol', 'dave'].map((name) => register(server.url, name)),
  )) as [RawDevice, RawDevice, RawDevice, RawDevice]
  await publish(bob)
  await publish(carol)
  const hers = await createRoom(alice)
  await invite(hers, bob.account)
  const his = await acceptWelcome(bob, hers.id)
  await say(hers, 'before the backup')
  await catchUp(his)
  const devices = [alice, bob, carol, dave]
  const backup = await server.backup()
  for (const device of devices) device.url = server.url

  const others = { ...his }
  const told = [await say(his, 'from Bob')]
  await catchUp(hers)
  told.push(await invite(hers, carol.account))
  const theirs = await acceptWelcome(carol, hers.id)
  await learn(bob, carol.account)
  told.push(await say(theirs, 'from Carol'))
  await catchUp(his)
  told.push(await nack(his, 'C2a'))
  await catchUp(hers)
  const oldGroupInfo = await makeGroupInfo(engineOf(alice), hers.group)
  told.push(await adopt(hers, await prepareCommit(hers, { forcePath: true })))
  await catchUp(his)
  const message = await write(his, 'the last of Bob')
  const sent = await submit(his, message)
  told.push(sent, await proposeAlone(his, { kind: 'remove', removed: his.group.ownLeaf }))
  await catchUp(hers)
  await catchUp(theirs)
  const acks = new Map(told.map((ack) => [ack.seq, ack]))
  const whole = await pageOf(hers)
  const page = await pageOf(hers, 3)
  const { rooms: listed } = await alice.call(operations.listRooms, {})
  await server.restore(backup)
  for (const device of devices) device.url = server.url
  const group = { groupInfo: await makeGroupInfo(engineOf(alice), hers.group), meta: random(48) }
  const healing: Healing = { room: hers.id, messages: page.messages, ack: page.ack, group }
  const people = { alice, bob, carol, dave, devices }
  const rooms = { hers, his, theirs, others }
  return { server, backup, ...people, ...rooms, whole, listed, healing, sent, message, acks, oldGroupInfo }
}

/** With one bit of the payload turned, so far from its end. */
const spoiled = (one: LoggedMessage | undefined, fromEnd = 1): Uint8Array => {
  const payload = new Uint8Array(one?.payload ?? [0])
  const at = payload.length - fromEnd
  payload[at] = (payload[at] as number) ^ 1
  return payload
}

const heal = (device: RawDevice, healing: Healing) => device.call(operations.healRoom, healing)

describe('healing', () => {
  it('HEAL-1 makes a server what it was, for everybody', async () => {
    const lost = await lostRoom()
    const { alice, bob, carol, hers, his, theirs, whole, healing, listed, sent, message } = lost
    expect((await pageOf(hers)).head.seq).toBe(2)
    const socket = await connect(bob)
    const hersToo = await connect(carol)
    const { head } = await heal(alice, healing)
    expect(head).toEqual(whole.head)
    expect(await pageOf(hers)).toEqual(whole)
    expect((await alice.call(operations.listRooms, {})).rooms).toEqual(listed)
    expect((await alice.call(operations.readMeta, { room: hers.id })).sealed).toEqual(healing.group?.meta)
    const told = await socket.next('entries')
    expect(told.messages.map(({ entry }) => decodeEntry(entry).seq)).toEqual([3, 4, 5, 6, 7, 8, 9])
    expect(told.ack).toEqual(whole.head)
    // Who was not in the old copy had nothing to listen to.
    expect(await hersToo.next('behind')).toMatchObject({ room: hers.id, head: whole.head.seq })

    // What was sent before is known again, with its number.
    expect(await submit(his, message)).toEqual(sent)
    const back = await write(his, 'set back', { sendCounter: his.counter - 1 })
    expect(await refusal(submit(his, back))).toEqual({
      code: 'client_rollback',
      detail: { lastCounter: his.counter - 1 },
    })
    expect(await catchUp(theirs)).toBe('member')
    expect(await codeOf(say(theirs, 'Carol is in'))).toBe('accepted')
    await catchUp(hers)

    // The proposal still waits, and its commit is judged by the group as it was.
    const extensions = extensionsWithPolicy(
      hers.group.public.context,
      withoutMember(policyIn(hers), bob.account),
    )
    const proposals = [{ kind: 'group_context_extensions', extensions }] as const
    await adopt(hers, await prepareCommit(hers, { references: 'all', proposals }))
    expect(await catchUp(theirs)).toBe('member')
    expect((await bob.call(operations.listRooms, {})).rooms).toEqual([])
    expect((await bob.call(operations.readLog, { room: hers.id, from: 0 })).head.seq).toBe(11)

    // From the GroupInfo that was brought along a further device comes in.
    const second = await addDevice(carol)
    const at = { counter: 0, seq: hers.seq, hash: hers.hash }
    const { room, prepared } = await prepareExternalJoin(second, hers.id, at)
    await adopt(room, prepared)
    await learn(alice, carol.account)
    expect(await catchUp(hers)).toBe('member')
    // What was restored survives the next start.
    await lost.server.restart()
    for (const device of [...lost.devices, second]) device.url = lost.server.url
    const page = await pageOf(hers)
    const { logKey } = await alice.call(operations.readServer, {})
    await verifyPage(page, logKey, { seq: -1, hash: new Uint8Array(32) })
    expect(await codeOf(say(room, 'goes on'))).toBe('accepted')
  })

  it('HEAL-1 can be done in pieces, twice, and by who came in with what was lost', async () => {
    const { server, backup, devices, alice, bob, carol, dave, hers, theirs, whole, acks, healing } =
      await lostRoom()
    const piece = (from: number, to: number): Healing => ({
      ...healing,
      messages: whole.messages.slice(from, to + 1),
      ack: acks.get(to) as Acknowledgement,
      group: null,
    })
    // In the old copy Carol is a stranger, and nobody else brings back what she is not in.
    expect(await codeOf(heal(carol, piece(3, 3)))).toBe('not_member')
    expect(await codeOf(heal(dave, healing))).toBe('not_member')
    expect((await heal(bob, piece(1, 4))).head).toEqual(acks.get(4))
    // Nobody has a GroupInfo of an epoch that is over.
    expect(await codeOf(alice.call(operations.readGroupInfo, { room: hers.id }))).toBe('not_found')
    expect((await heal(alice, healing)).head).toEqual(whole.head)
    expect(await heal(bob, piece(3, 9))).toEqual({ head: whole.head })
    expect(await heal(alice, healing)).toEqual({ head: whole.head })
    expect((await alice.call(operations.readGroupInfo, { room: hers.id })).epoch).toBe(3)

    await server.restore(backup)
    for (const device of devices) device.url = server.url
    const groupInfo = await makeGroupInfo(engineOf(carol), theirs.group)
    expect((await heal(carol, { ...healing, group: { groupInfo, meta: random(48) } })).head).toEqual(
      whole.head,
    )
    expect(await pageOf(hers)).toEqual(whole)
  })

  it('HEAL-4 keeps what waits: a Welcome goes when its device has moved since, the others stay', async () => {
    const server = await testServer()
    const alice = await register(server.url, 'alice')
    const bob = await register(server.url, 'bob')
    await publish(bob, 2)
    const hers = await createRoom(alice)
    const other = await createRoom(alice)
    await invite(hers, bob.account)
    await invite(other, bob.account)
    const backup = await server.backup()
    for (const device of [alice, bob]) device.url = server.url
    const at = { counter: 0, seq: hers.seq, hash: hers.hash }
    const { room, prepared } = await prepareExternalJoin(bob, hers.id, at)
    await adopt(room, prepared)
    expect((await bob.call(operations.listWelcomes, {})).welcomes).toHaveLength(1)
    const { messages, ack } = await pageOf(room, 2)
    await server.restore(backup)
    for (const device of [alice, bob]) device.url = server.url
    expect((await bob.call(operations.listWelcomes, {})).welcomes).toHaveLength(2)
    const group = { groupInfo: await makeGroupInfo(engineOf(bob), room.group), meta: new Uint8Array(0) }
    await heal(bob, { room: hers.id, messages, ack, group })
    const { welcomes } = await bob.call(operations.listWelcomes, {})
    expect(welcomes.map((one) => one.room)).toEqual([other.id])
    expect(await codeOf(say(room, 'here'))).toBe('accepted')
  })

  it('HEAL-2 takes nothing that was changed, left out, or signed by another server', async () => {
    const lost = await lostRoom()
    const { alice, bob, hers, theirs, whole, healing, acks, oldGroupInfo } = lost
    const { messages, ack, group } = healing
    const foreign = await testServer()
    const mallory = await register(foreign.url, 'mallory')
    const elsewhere = await createRoom(mallory)
    const theirPage = await pageOf(elsewhere)

    const replaced = (at: number, changes: Partial<LoggedMessage>): Partial<Healing> => ({
      messages: messages.map((one, i) => (i === at ? { ...one, ...changes } : one)),
    })
    const otherGroupInfo = await makeGroupInfo(engineOf(theirs.device), theirs.group)

    const variants: readonly (readonly [string, Partial<Healing>, string])[] = [
      ['nothing', { messages: [] }, 'bad_request'],
      ['a signature that is not ours', { ack: { ...ack, signature: random(64) } }, 'bad_request'],
      ['an acknowledgement of another room', { ack: { ...ack, room: random(16) } }, 'bad_request'],
      ['an acknowledgement of an earlier entry', { ack: acks.get(4) as Acknowledgement }, 'bad_request'],
      ['an acknowledgement with another time', { ack: { ...ack, timeMs: ack.timeMs + 1 } }, 'bad_request'],
      ['the log of another server', { messages: theirPage.messages, ack: theirPage.ack }, 'bad_request'],
      [
        'that log as if it were of this room',
        { room: elsewhere.id, messages: theirPage.messages, ack: theirPage.ack },
        'bad_request',
      ],
      ['an entry left out', { messages: messages.filter((_, i) => i !== 2) }, 'bad_request'],
      ['the last entry left out', { messages: messages.slice(0, -1) }, 'bad_request'],
      [
        'two entries in another order',
        { messages: [messages[1], messages[0], ...messages.slice(2)] as LoggedMessage[] },
        'bad_request',
      ],
      ['an entry twice', { messages: [messages[0] as LoggedMessage, ...messages] }, 'bad_request'],
      ['no payload of a message', replaced(0, { payload: null }), 'bad_request'],
      ['no payload of a commit', replaced(1, { payload: null }), 'bad_request'],
      ['no payload of a proposal', replaced(6, { payload: null }), 'bad_request'],
      ['another payload', replaced(0, { payload: random(300) }), 'bad_request'],
      ['the payload of another entry', replaced(0, { payload: messages[2]?.payload ?? null }), 'bad_request'],
      ['an attachment that is not named', replaced(0, { aux: random(30) }), 'bad_request'],
      ['bytes that are no entry', replaced(0, { entry: random(100) }), 'bad_request'],
      ['a gap behind our head', { messages: messages.slice(1) }, 'fork'],
      [
        'a GroupInfo of another member',
        { group: { groupInfo: otherGroupInfo, meta: random(9) } },
        'bad_request',
      ],
      [
        'a GroupInfo of another room',
        { group: { groupInfo: await makeGroupInfo(engineOf(mallory), elsewhere.group), meta: random(9) } },
        'policy',
      ],
      ['a GroupInfo of an earlier epoch', { group: { groupInfo: oldGroupInfo, meta: random(9) } }, 'policy'],
      [
        'a GroupInfo with more in it',
        {
          group: {
            groupInfo: await makeGroupInfo(engineOf(alice), hers.group, { withTree: true }),
            meta: random(9),
          },
        },
        'bad_request',
      ],
      ['a GroupInfo that is none', { group: { groupInfo: random(200), meta: random(9) } }, 'policy'],
    ]
    const before = await pageOf(hers)
    for (const [what, changes, code] of variants) {
      const refused = await refusal(heal(alice, { ...healing, ...changes }))
      expect([what, refused.code]).toEqual([what, code])
      if (code === 'fork') expect(refused.detail).toEqual({ head: 2 })
      expect(await pageOf(hers)).toEqual(before)
    }
    expect((await alice.call(operations.readGroupInfo, { room: hers.id })).epoch).toBe(1)
    expect(await codeOf(heal(alice, { ...healing, group }))).toBe('accepted')
    expect(await pageOf(hers)).toEqual(whole)
    expect(await codeOf(heal(bob, healing))).toBe('accepted')
  })

  it('HEAL-3 judges what our own key has signed like what comes anew', async () => {
    const { server, alice, bob, hers, whole, healing } = await lostRoom()
    const logKey = makeLogKey(readFileSync(join(server.dataDirectory, 'secrets', 'log-key')))
    type Entry = ReturnType<typeof decodeEntry>
    type Change = (
      message: LoggedMessage,
      entry: Entry,
    ) => Partial<Omit<LoggedMessage, 'entry'>> & { entry?: Partial<Entry> }

    /** The log with a change in it, and everything behind it as if it had always been so. */
    const forged = (messages: readonly LoggedMessage[], at: number, change: Change): Healing => {
      const chain: LoggedMessage[] = []
      for (const [i, message] of messages.entries()) {
        const entry = decodeEntry(message.entry)
        const changed = i === at ? change(message, entry) : {}
        const payload = changed.payload ?? message.payload
        const before = chain.at(-1)?.entry
        chain.push({
          aux: changed.aux ?? message.aux,
          payload,
          entry: encodeEntry({
            ...entry,
            ...(before ? { seq: decodeEntry(before).seq + 1, previousHash: entryHash(before) } : {}),
            ...(payload ? { payloadHash: H(payload) } : {}),
            ...changed.entry,
          }),
        })
      }
      const { entry } = chain.at(-1) as LoggedMessage
      const { seq, timeMs } = decodeEntry(entry)
      return {
        ...healing,
        messages: chain,
        ack: logKey.acknowledge(hers.id, { seq, hash: entryHash(entry), timeMs }),
      }
    }
    const { messages } = healing
    const [message, commit, , nacked, , , proposed] = messages
    const tagOf = (one: LoggedMessage | undefined) => decodeEntry((one as LoggedMessage).entry).senderTag
    const byAlice = tagOf(commit)
    const byBob = tagOf(message)
    const payloadOf = (one: LoggedMessage | undefined) => ({ payload: (one as LoggedMessage).payload })
    const variants: readonly (readonly [string, number, Change, string])[] = [
      ['a message of nobody', 0, () => ({ entry: { senderTag: random(32) } }), 'bad_request'],
      ['a message of another epoch', 0, () => ({ entry: { epoch: 2 } }), 'bad_request'],
      ['a message as another kind', 0, () => ({ entry: { kind: entryKinds.proposal } }), 'bad_request'],
      [
        'a message with a record that is missing',
        0,
        () => ({ entry: { auxHash: random(32) } }),
        'bad_request',
      ],
      ['bytes as a message', 0, () => ({ payload: random(300) }), 'bad_request'],
      ['a commit of another device', 1, () => ({ entry: { senderTag: byBob } }), 'bad_request'],
      ['a commit without what rode with it', 1, () => ({ entry: { auxHash: null } }), 'bad_request'],
      ['a commit with it', 1, () => ({ aux: random(40), entry: { auxHash: H(random(40)) } }), 'bad_request'],
      [
        'a commit in the place of a message',
        0,
        () => ({
          ...payloadOf(commit),
          entry: { kind: entryKinds.commit, auxHash: random(32), senderTag: byAlice },
        }),
        'bad_request',
      ],
      [
        'a message in the place of a commit',
        1,
        () => ({ ...payloadOf(message), entry: { kind: entryKinds.app, auxHash: null, senderTag: byBob } }),
        'bad_request',
      ],
      ['a nack of another device', 3, () => ({ entry: { senderTag: byAlice } }), 'bad_request'],
      ['a nack of nobody', 3, () => ({ payload: spoiled(nacked) }), 'bad_request'],
      ['a proposal of another device', 6, () => ({ entry: { senderTag: byAlice } }), 'bad_request'],
      ['a proposal that nobody has signed', 6, () => ({ payload: spoiled(proposed, 60) }), 'policy'],
      ['a commit that nobody has signed', 1, () => ({ payload: spoiled(commit, 110) }), 'policy'],
      ['a second beginning', 0, () => ({ entry: { kind: entryKinds.create } }), 'bad_request'],
      ['a tombstone', 0, () => ({ entry: { kind: entryKinds.tombstone } }), 'bad_request'],
      ['a time that falls', 3, () => ({ entry: { timeMs: 1 } }), 'bad_request'],
      ['a time before our head', 0, () => ({ entry: { timeMs: 1 } }), 'fork'],
      ['a gap', 2, () => ({ entry: { seq: 9 } }), 'bad_request'],
    ]
    const before = await pageOf(hers)
    for (const [what, at, change, code] of variants) {
      const refused = await refusal(heal(alice, forged(messages, at, change)))
      expect([what, refused.code]).toEqual([what, code])
      expect(await pageOf(hers)).toEqual(before)
    }
    const twice = [messages[0], ...messages] as readonly LoggedMessage[]
    expect(
      await codeOf(
        heal(
          alice,
          forged(twice, -1, () => ({})),
        ),
      ),
    ).toBe('bad_request')
    expect(await pageOf(hers)).toEqual(before)
    expect((await heal(bob, { ...forged(messages, -1, () => ({})), group: null })).head).toEqual(whole.head)
  })

  it('HEAL-2 refuses a history that has become another meanwhile', async () => {
    const { hers, alice, healing, others } = await lostRoom()
    // Somebody who knew nothing of what was lost has gone on from the old copy.
    await say(others, 'another third entry')
    const page = await pageOf(hers)
    expect(await refusal(heal(alice, healing))).toEqual({ code: 'fork', detail: { head: page.head.seq } })
    expect(await pageOf(hers)).toEqual(page)
  })

  it('HEAL-5 takes as many bytes as a page with its attachments may have, and no more', async () => {
    const { alice, healing } = await lostRoom()
    const body = operations.healRoom.body
    const { room: _, ...said } = healing
    /** The page with one more message that nobody has written, so that all of it has so many bytes. */
    const longOf = (bytes: number): Healing => {
      const filled = (lengths: readonly number[]): Healing => ({
        ...healing,
        messages: [
          ...healing.messages,
          ...lengths.map((length) => ({ entry: random(1), payload: new Uint8Array(length), aux: null })),
        ],
      })
      const third = Math.floor(limits.healBytesMax / 3)
      const bare = encodeAs(body, { ...said, messages: filled([third, third, 100_000]).messages }).length
      return filled([third, third, 100_000 + bytes - bare])
    }
    const long = longOf(limits.healBytesMax)
    expect(encodeAs(body, { ...said, messages: long.messages })).toHaveLength(limits.healBytesMax)
    // Read whole, it is not what this server has signed for.
    expect(await codeOf(heal(alice, long))).toBe('bad_request')
    expect(await codeOf(heal(alice, longOf(limits.healBytesMax + 1)))).toBe('too_large')
  })

  it('HEAL-5 is bounded', async () => {
    const { alice, healing, server, devices } = await lostRoom()
    await server.restart({ limits: { healsPerMinute: 2 } })
    for (const device of devices) device.url = server.url
    const broken = { ...healing, messages: [] }
    const codes = []
    for (let i = 0; i < 3; i++) codes.push(await codeOf(heal(alice, broken)))
    expect(codes).toEqual(['bad_request', 'bad_request', 'rate'])
  })
})
