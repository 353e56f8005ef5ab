import { describe, expect, it } from 'vitest'
import {
  encode,
  encodeExternalSenders,
  extensionType,
  join,
  makeKeyPackage,
  proposeFromOutside,
} from '../../src/index.ts'
import { bundleOf, capabilitiesOf, engineOf, signatureKeys, storySuites, utf8 } from '../people.ts'
import { Room } from '../room.ts'

const policyType = 0xf0e1

describe.each(storySuites)('from outside, suite %d', (suite) => {
  const engine = engineOf(suite)

  it('a server that the group lists proposes to remove someone', async () => {
    const keys = await signatureKeys(engine)
    const sender = {
      signatureKey: keys.publicKey,
      credential: { kind: 'basic', identity: utf8('server') },
    } as const
    const extensions = [
      { type: extensionType.externalSenders, data: encode(encodeExternalSenders, [sender]) },
    ]
    const room = await Room.of(engine, ['alice', 'bob', 'carol'], { extensions })
    const proposal = { kind: 'remove', removed: room.leafOf('carol') } as const
    const by = { kind: 'external', senderIndex: 0 } as const
    const message = await proposeFromOutside(engine, room.server.context, by, keys.privateKey, proposal)
    await room.deliver(null, message)
    const { view } = await room.commit('bob')
    expect(view.proposals).toMatchObject([{ sender: { kind: 'external', senderIndex: 0 } }])
    expect([...room.members.keys()]).toEqual(['alice', 'bob'])
  })

  it('Dave asks to be added, and Bob adds him', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    const dave = await bundleOf(engine, 'dave')
    const message = await proposeFromOutside(
      engine,
      room.server.context,
      { kind: 'new_member_proposal' },
      dave.signaturePrivateKey,
      { kind: 'add', keyPackage: dave.keyPackage },
    )
    await room.deliver(null, message)
    const committed = await room.commit('bob')
    expect(committed.view.proposals).toMatchObject([{ sender: { kind: 'new_member_proposal' } }])
    const { group } = await join(engine, {
      welcome: committed.welcome ?? new Uint8Array(),
      bundles: [dave],
      tree: room.tree,
    })
    expect(group.ownLeaf).toBe(2)
  })

  it('the policy in the group context changes, and members must know it', async () => {
    const room = await Room.of(engine, ['alice', 'bob'], {
      supports: [policyType],
      extensions: [{ type: policyType, data: utf8('policy 1') }],
    })
    const extensions = [{ type: policyType, data: utf8('policy 2') }]
    const { view } = await room.commit('alice', {
      proposals: [{ kind: 'group_context_extensions', extensions }],
    })
    expect(view.before.context.extensions).toEqual([{ type: policyType, data: utf8('policy 1') }])
    expect(view.after.context.extensions).toEqual(extensions)
    expect(view.hasPath).toBe(true)
    await room.add('bob', ['carol'])
    expect(room.group('carol').public.context.extensions).toEqual(extensions)
  })

  it('a key package of last resort can be used again', async () => {
    const keys = await signatureKeys(engine)
    const bundle = await makeKeyPackage(engine, {
      credential: { kind: 'basic', identity: utf8('dave') },
      signatureKeyPair: keys,
      capabilities: capabilitiesOf(engine, [extensionType.lastResort]),
      notBefore: 0n,
      notAfter: 2n ** 40n,
      extensions: [{ type: extensionType.lastResort, data: new Uint8Array() }],
    })
    for (const host of ['alice', 'bob']) {
      const room = await Room.of(engine, [host])
      const { welcome } = await room.commit(host, {
        proposals: [{ kind: 'add', keyPackage: bundle.keyPackage }],
      })
      const joined = await join(engine, {
        welcome: welcome ?? new Uint8Array(),
        bundles: [bundle],
        tree: room.tree,
      })
      expect(joined.consumed).toEqual([])
    }
  })
})
