import assert from 'node:assert/strict'
import { describe, expect, it } from 'vitest'
import { signGroupInfo } from '../../src/groupInfo.ts'
import {
  checkGroupInfo,
  commit,
  decode,
  decodeMessage,
  encode,
  encodeMessage,
  encodeTree,
  type Engine,
  type GroupInfo,
  makeGroupInfo,
  openPublicGroup,
} from '../../src/index.ts'
import { engineOf, storySuites, utf8 } from '../people.ts'
import { Room } from '../room.ts'
import { refuses } from './forge.ts'

/** A GroupInfo that a member changes and signs again. */
const resign = async (
  engine: Engine,
  room: Room,
  by: string,
  change: (info: GroupInfo) => Partial<GroupInfo>,
): Promise<Uint8Array> => {
  const message = decode(decodeMessage, await makeGroupInfo(engine, room.group(by)))
  assert(message.kind === 'group_info')
  const info = { ...message.groupInfo, ...change(message.groupInfo) }
  const groupInfo = await signGroupInfo(engine, room.group(by).signaturePrivateKey, info)
  return encode(encodeMessage, { kind: 'group_info', groupInfo })
}

describe.each(storySuites)('GroupInfos, suite %d', (suite) => {
  const engine = engineOf(suite)
  const roomOfThree = (): Promise<Room> => Room.of(engine, ['alice', 'mallory', 'bob'])

  it('of the group, from any member, are taken', async () => {
    const room = await roomOfThree()
    for (const name of room.members.keys()) {
      const groupInfo = await makeGroupInfo(engine, room.group(name))
      expect((await checkGroupInfo(engine, room.server, groupInfo)).signer).toBe(room.leafOf(name))
      const opened = await openPublicGroup(engine, { groupInfo, tree: room.tree })
      expect(opened.context).toEqual(room.server.context)
      expect(opened.interimTranscriptHash).toEqual(room.server.interimTranscriptHash)
    }
  })

  it('of an epoch that is over, or is not yet, are refused', async () => {
    const room = await roomOfThree()
    const past = await makeGroupInfo(engine, room.group('alice'))
    const { groupInfo: early } = await commit(engine, room.group('alice'))
    await refuses(checkGroupInfo(engine, room.server, early), 'invalid_group_info', /context/)
    await room.commit('bob')
    await refuses(checkGroupInfo(engine, room.server, past), 'invalid_group_info', /context/)
  })

  it('with another extension, tree hash or transcript in the context are refused', async () => {
    const room = await roomOfThree()
    const hash = new Uint8Array(engine.suite.hashBytes)
    for (const change of [
      { extensions: [{ type: 0xf0e1, data: utf8('policy of mine') }] },
      { treeHash: hash },
      { confirmedTranscriptHash: hash },
      { groupId: utf8('mine') },
    ]) {
      const forged = await resign(engine, room, 'mallory', ({ context }) => ({
        context: { ...context, ...change },
      }))
      await refuses(checkGroupInfo(engine, room.server, forged), 'invalid_group_info', /context/)
    }
  })

  it('with another confirmation tag are refused', async () => {
    const room = await roomOfThree()
    const confirmationTag = new Uint8Array(engine.suite.hashBytes)
    const forged = await resign(engine, room, 'mallory', () => ({ confirmationTag }))
    await refuses(checkGroupInfo(engine, room.server, forged), 'invalid_group_info', /tag/)
  })

  it('in the name of another member, or of no one, are refused', async () => {
    const room = await roomOfThree()
    const alices = await resign(engine, room, 'mallory', () => ({ signer: 0 }))
    await refuses(checkGroupInfo(engine, room.server, alices), 'bad_authentication')
    const input = { groupInfo: alices, tree: room.tree }
    await refuses(openPublicGroup(engine, input), 'bad_authentication')
    for (const signer of [3, 100, 0xffff_ffff]) {
      const noOnes = await resign(engine, room, 'mallory', () => ({ signer }))
      await refuses(checkGroupInfo(engine, room.server, noOnes), 'invalid_group_info', /signer/)
      const other = { groupInfo: noOnes, tree: room.tree }
      await refuses(openPublicGroup(engine, other), 'invalid_group_info', /signer/)
    }
  })

  it('with a key for joining that was changed on the way are refused', async () => {
    const room = await roomOfThree()
    const groupInfo = await makeGroupInfo(engine, room.group('alice'))
    for (const at of [8, groupInfo.length - 100, groupInfo.length - 1]) {
      const changed = groupInfo.map((byte, index) => (index === at ? byte ^ 1 : byte))
      const error = await checkGroupInfo(engine, room.server, changed).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ name: 'MlsError' })
    }
  })

  it('with the tree of another epoch are refused', async () => {
    const room = await roomOfThree()
    const { staged, groupInfo } = await commit(engine, room.group('alice'))
    await refuses(openPublicGroup(engine, { groupInfo, tree: room.tree }), 'invalid_tree', /tree hash/)
    const tree = encodeTree(staged.public.tree)
    expect((await openPublicGroup(engine, { groupInfo, tree })).context.epoch).toBe(2n)
  })

  it('of another suite are refused', async () => {
    const room = await roomOfThree()
    const groupInfo = await makeGroupInfo(engine, room.group('alice'))
    const other = engineOf(suite === 1 ? 3 : 1)
    await refuses(openPublicGroup(other, { groupInfo, tree: room.tree }), 'unsupported')
  })

  it('are no other kind of message', async () => {
    const room = await roomOfThree()
    const { message } = await commit(engine, room.group('alice'))
    await refuses(checkGroupInfo(engine, room.server, message), 'malformed')
    await refuses(openPublicGroup(engine, { groupInfo: message, tree: room.tree }), 'malformed')
  })
})
