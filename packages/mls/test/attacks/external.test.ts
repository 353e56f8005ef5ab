import { describe, expect, it } from 'vitest'
import type { ProposalOrRef } from '../../src/commit.ts'
import {
  commit,
  encodeTree,
  type Engine,
  leafAt,
  joinExternally,
  makeGroupInfo,
  observe,
  process,
  type Proposal,
  type PublicGroup,
} from '../../src/index.ts'
import { buildCommit } from '../../src/buildCommit.ts'
import { sendExternalInit } from '../../src/keySchedule.ts'
import { externalPubOf } from '../../src/externalPub.ts'
import { groupTerms } from '../../src/leafNodeValidation.ts'
import { messageBytes } from '../../src/message.ts'
import { readGroupInfo } from '../../src/publicGroup.ts'
import { type StagedProposals, stageProposals } from '../../src/stageCommit.ts'
import { vacantLeaf } from '../../src/ratchetTree.ts'
import { bundleOf, capabilitiesOf, engineOf, signatureKeys, storySuites, utf8 } from '../people.ts'
import { Room } from '../room.ts'
import { bothRefuse, byValue, refuses, send } from './forge.ts'

const inputOf = async (engine: Engine, room: Room): Promise<Parameters<typeof joinExternally>[1]> => ({
  groupInfo: await makeGroupInfo(engine, room.group('alice')),
  tree: room.tree,
  credential: { kind: 'basic', identity: utf8('mallory') },
  signatureKeyPair: await signatureKeys(engine),
  capabilities: capabilitiesOf(engine),
})

/** Staged as though the list were fine: what one does who does not keep to the rules. */
const staging = async (
  engine: Engine,
  before: PublicGroup,
  items: readonly ProposalOrRef[],
): Promise<StagedProposals> => {
  const fine = await stageProposals(
    engine,
    before,
    { kind: 'external' },
    byValue(init(await outputFor(engine))),
  )
  const { tree, leafIndex } = vacantLeaf(before.tree, engine.limits.leavesMax)
  return {
    ...fine,
    committer: { kind: 'external', leafIndex },
    proposals: items.map((item) => ({
      proposal: item.kind === 'proposal' ? item.proposal : init(new Uint8Array()),
      sender: { kind: 'new_member_commit' },
      by: 'value',
    })),
    base: {
      tree,
      sender: leafIndex,
      added: new Set(),
      groupId: before.context.groupId,
      terms: groupTerms(before.context.extensions),
      by: { kind: 'external' },
    },
  }
}

const init = (kemOutput: Uint8Array): Proposal => ({ kind: 'external_init', kemOutput })
const outputFor = async (engine: Engine): Promise<Uint8Array> => {
  const { publicKey } = await engine.provider.kemGenerate(engine.suite.kem)
  return (await sendExternalInit(engine, publicKey)).kemOutput
}
const remove = (removed: number): Proposal => ({ kind: 'remove', removed })

/** An external commit of any items: a path that holds and a signature that holds, whatever the list. */
const forge = async (
  engine: Engine,
  room: Room,
  itemsOf: (kemOutput: Uint8Array) => readonly ProposalOrRef[],
): Promise<Uint8Array> => {
  const info = readGroupInfo(engine, await makeGroupInfo(engine, room.group('alice')))
  const { kemOutput, initSecret } = await sendExternalInit(
    engine,
    externalPubOf(info.extensions) ?? new Uint8Array(),
  )
  const signatureKeyPair = await signatureKeys(engine)
  const items = itemsOf(kemOutput)
  const built = await buildCommit(engine, await staging(engine, room.server, items), {
    items,
    ownLeaf: {
      credential: { kind: 'basic', identity: utf8('mallory') },
      capabilities: capabilitiesOf(engine),
      extensions: [],
      signatureKeyPair,
    },
    sender: { kind: 'new_member_commit' },
    signaturePrivateKey: signatureKeyPair.privateKey,
    authenticatedData: new Uint8Array(),
    wire: 'public',
    initSecret,
    psks: [],
  })
  return messageBytes({
    kind: 'public',
    message: { authenticated: built.authenticated, membershipTag: undefined },
  })
}

describe.each(storySuites)('commits from outside, suite %d', (suite) => {
  const engine = engineOf(suite)
  const roomOfThree = (): Promise<Room> => Room.of(engine, ['alice', 'bob', 'carol'])

  const refused = async (
    why: RegExp,
    itemsOf: (kemOutput: Uint8Array) => readonly ProposalOrRef[],
  ): Promise<void> => {
    const room = await roomOfThree()
    const message = await forge(engine, room, itemsOf)
    await bothRefuse(engine, room.group('bob'), room.server, message, 'invalid_proposal', why)
  }

  it('the forgery is refused for its list alone: with a right one it is taken', async () => {
    const room = await roomOfThree()
    const message = await forge(engine, room, (kemOutput) => byValue(init(kemOutput)))
    expect((await process(engine, room.group('bob'), message)).kind).toBe('commit')
    expect((await observe(engine, room.server, message)).kind).toBe('commit')
  })

  it('without an external init it is refused', async () => refused(/external_init once/, () => []))

  it('with two external inits it is refused', async () =>
    refused(/external_init once/, (kemOutput) => byValue(init(kemOutput), init(kemOutput))))

  it('with two Removes it is refused', async () =>
    refused(/one former self/, (kemOutput) => byValue(init(kemOutput), remove(1), remove(2))))

  it('with a Remove of no one it is refused', async () =>
    refused(/no member/, (kemOutput) => byValue(init(kemOutput), remove(7))))

  it('with an Add it is refused', async () => {
    const { keyPackage } = await bundleOf(engine, 'accomplice')
    await refused(/not for a sender/, (kemOutput) => byValue(init(kemOutput), { kind: 'add', keyPackage }))
  })

  it('with an Update it is refused', async () => {
    const { leafNode } = (await bundleOf(engine, 'x')).keyPackage
    await refused(/not for a sender/, (kemOutput) => byValue(init(kemOutput), { kind: 'update', leafNode }))
  })

  it('with new extensions it is refused', async () =>
    refused(/not for a sender/, (kemOutput) =>
      byValue(init(kemOutput), { kind: 'group_context_extensions', extensions: [] }),
    ))

  it('with a ReInit it is refused', async () =>
    refused(/not for a sender/, (kemOutput) =>
      byValue(init(kemOutput), {
        kind: 'reinit',
        groupId: utf8('mine'),
        version: 1,
        cipherSuite: suite,
        extensions: [],
      }),
    ))

  it('with an unknown proposal it is refused', async () =>
    refused(/not for a sender/, (kemOutput) =>
      byValue(init(kemOutput), { kind: 'unknown', type: 0xf00d, data: new Uint8Array() }),
    ))

  it('with a proposal by reference it is refused', async () => {
    const room = await roomOfThree()
    const ref = await room.propose('bob', remove(2))
    const message = await forge(engine, room, (kemOutput) => [
      ...byValue(init(kemOutput)),
      { kind: 'reference', ref },
    ])
    // The sender of what is referred to is a member, whose proposals are not for one who joins.
    await bothRefuse(engine, room.group('bob'), room.server, message, 'invalid_proposal', /reference/)
  })

  it('without a path it is refused', async () => {
    const room = await roomOfThree()
    const change = { sender: { kind: 'new_member_commit' } } as const
    const content = {
      kind: 'commit',
      commit: { proposals: byValue(init(new Uint8Array(32))), path: undefined },
    } as const
    const message = await send(engine, room.group('alice'), content, { change })
    await bothRefuse(engine, room.group('bob'), room.server, message, 'malformed', /path/)
  })

  it('a KEM output that is none is refused, by the server too', async () => {
    const outputs = [0, 1, 31, 32, 1120, 5000].map((length) => new Uint8Array(length))
    for (const kemOutput of outputs) await refused(/no one can open/, () => byValue(init(kemOutput)))
  })

  it('a KEM output of someone else ends at the confirmation tag', async () => {
    const room = await roomOfThree()
    const other = await Room.of(engine, ['alice'])
    const info = readGroupInfo(engine, await makeGroupInfo(engine, other.group('alice')))
    const { kemOutput } = await sendExternalInit(engine, externalPubOf(info.extensions) ?? new Uint8Array())
    const message = await forge(engine, room, () => byValue(init(kemOutput)))
    await refuses(process(engine, room.group('bob'), message), 'bad_authentication', /confirmation/)
  })

  it('one cannot join from outside with the signature key of a member who stays', async () => {
    const room = await roomOfThree()
    const { signaturePrivateKey, public: before } = room.group('bob')
    const publicKey = leafAt(before.tree, 1)?.signatureKey ?? new Uint8Array()
    const input = {
      ...(await inputOf(engine, room)),
      signatureKeyPair: { publicKey, privateKey: signaturePrivateKey },
    }
    await refuses(joinExternally(engine, input), 'invalid_leaf', /signature key/)
    const back = await joinExternally(engine, { ...input, remove: 1 })
    expect((await process(engine, room.group('alice'), back.message)).kind).toBe('commit')
  })

  it('of two who join in one epoch the second is late', async () => {
    const room = await roomOfThree()
    const input = await inputOf(engine, room)
    await room.joinExternally('dave')
    const late = await joinExternally(engine, input)
    await bothRefuse(engine, room.group('bob'), room.server, late.message, 'wrong_epoch')
  })

  it('a GroupInfo without the key for it is of no use to join', async () => {
    const room = await roomOfThree()
    const groupInfo = await makeGroupInfo(engine, room.group('alice'), { withExternalPub: false })
    const input = { ...(await inputOf(engine, room)), groupInfo }
    await refuses(joinExternally(engine, input), 'invalid_group_info', /no key/)
  })

  it('a GroupInfo with another tree, or none, is of no use to join', async () => {
    const room = await roomOfThree()
    const { tree: _tree, ...without } = await inputOf(engine, room)
    await refuses(joinExternally(engine, without), 'invalid_use', /without the tree/)
    const { staged } = await commit(engine, room.group('alice'))
    const other = { ...without, tree: encodeTree(staged.public.tree) }
    await refuses(joinExternally(engine, other), 'invalid_tree', /tree hash/)
  })
})
