import assert from 'node:assert/strict'
import { describe, expect, it } from 'vitest'
import {
  commit,
  type Committed,
  createGroup,
  decode,
  decodeMessage,
  encode,
  encodeMessage,
  encodeTree,
  encrypt,
  type Engine,
  type GroupInfo,
  join,
  type KeyPackageBundle,
  openWelcomeInfo,
  type Proposal,
  propose,
  resumptionPsk,
  type Welcome,
} from '../../src/index.ts'
import { signGroupInfo } from '../../src/groupInfo.ts'
import {
  type GroupSecrets,
  openGroupSecrets,
  sealGroupInfo,
  sealGroupSecrets,
} from '../../src/groupSecrets.ts'
import { openGroupInfo } from '../../src/groupSecrets.ts'
import { welcomeSecret } from '../../src/keySchedule.ts'
import { verifyResumption } from '../../src/resume.ts'
import { bundleOf, engineOf, groupId, storySuites, utf8 } from '../people.ts'
import { Room } from '../room.ts'
import { bothRefuse, refuses } from './forge.ts'

interface Invited {
  readonly room: Room
  readonly bundle: KeyPackageBundle
  readonly committed: Committed
  readonly welcome: Uint8Array
  readonly tree: Uint8Array
}

const invite = async (engine: Engine, forcePath = false): Promise<Invited> => {
  const room = await Room.of(engine, ['alice', 'bob'])
  const bundle = await bundleOf(engine, 'dave')
  const committed = await commit(engine, room.group('alice'), {
    proposals: [{ kind: 'add', keyPackage: bundle.keyPackage }],
    forcePath,
  })
  const tree = encodeTree(committed.staged.public.tree)
  return { room, bundle, committed, welcome: committed.welcome ?? new Uint8Array(), tree }
}

const welcomeOf = (bytes: Uint8Array): Welcome => {
  const message = decode(decodeMessage, bytes)
  assert(message.kind === 'welcome')
  return message.welcome
}

const bytesOf = (welcome: Welcome): Uint8Array => encode(encodeMessage, { kind: 'welcome', welcome })

/** A Welcome as a member would send who changes what is inside, and signs it if asked to. */
const reseal = async (
  engine: Engine,
  { bundle, welcome, committed }: Invited,
  change: {
    readonly info?: (info: GroupInfo) => GroupInfo
    readonly secrets?: (secrets: GroupSecrets) => GroupSecrets
    readonly signaturePrivateKey?: Uint8Array
  },
): Promise<Uint8Array> => {
  const sent = welcomeOf(welcome)
  const initKeyPair = { publicKey: bundle.keyPackage.initKey, privateKey: bundle.initPrivateKey }
  const [sealed] = sent.secrets
  assert(sealed)
  const secrets = await openGroupSecrets(engine, initKeyPair, sent, sealed)
  const { secret } = welcomeSecret(engine, secrets.joinerSecret, new Uint8Array(engine.suite.hashBytes))
  const info = await openGroupInfo(engine, secret, sent.encryptedGroupInfo)
  const changed = change.info?.(info) ?? info
  const key = change.signaturePrivateKey ?? committed.staged.signaturePrivateKey
  const signed = await signGroupInfo(engine, key, changed)
  const encryptedGroupInfo = await sealGroupInfo(engine, secret, signed)
  const forMember = await sealGroupSecrets(
    engine,
    bundle.keyPackage,
    encryptedGroupInfo,
    change.secrets?.(secrets) ?? secrets,
  )
  return bytesOf({ cipherSuite: sent.cipherSuite, secrets: [forMember], encryptedGroupInfo })
}

describe.each(storySuites)('Welcomes, suite %d', (suite) => {
  const engine = engineOf(suite)

  it('resealed without a change it is taken: what follows is refused for the change', async () => {
    const invited = await invite(engine)
    const { bundle, tree } = invited
    const welcome = await reseal(engine, invited, {})
    expect((await join(engine, { welcome, bundles: [bundle], tree })).group.ownLeaf).toBe(2)
  })

  it('for others is refused', async () => {
    const { welcome, tree } = await invite(engine)
    const other = await bundleOf(engine, 'dave')
    await refuses(join(engine, { welcome, bundles: [other], tree }), 'invalid_welcome', /none of these/)
    await refuses(join(engine, { welcome, bundles: [], tree }), 'invalid_welcome')
  })

  it('of another suite is refused', async () => {
    const { welcome, bundle, tree } = await invite(engine)
    const other = engineOf(suite === 1 ? 3 : 1)
    await refuses(join(other, { welcome, bundles: [bundle], tree }), 'unsupported', /suite/)
  })

  it('without the tree says so, and says what can be known', async () => {
    const { welcome, bundle, committed } = await invite(engine)
    await refuses(join(engine, { welcome, bundles: [bundle] }), 'invalid_use', /tree/)
    const info = await openWelcomeInfo(engine, { welcome, bundles: [bundle] })
    const { context } = committed.staged.public
    expect(info).toMatchObject({ groupId: context.groupId, epoch: context.epoch, signer: 0 })
    expect(info.treeHash).toEqual(context.treeHash)
  })

  it('with the tree of another epoch or group is refused', async () => {
    const { room, welcome, bundle } = await invite(engine)
    const other = await invite(engine)
    for (const tree of [room.tree, other.tree])
      await refuses(join(engine, { welcome, bundles: [bundle], tree }), 'invalid_tree', /tree hash/)
  })

  it('with a tree that is no tree is refused', async () => {
    const { welcome, bundle, tree } = await invite(engine)
    for (const bytes of [new Uint8Array(), Uint8Array.of(0), Uint8Array.of(1, 0), tree.slice(0, -1)])
      await refuses(join(engine, { welcome, bundles: [bundle], tree: bytes }), 'malformed')
  })

  it('signed by someone else than its signer is refused', async () => {
    const invited = await invite(engine)
    const { bundle, tree, room } = invited
    const { signaturePrivateKey } = room.group('bob')
    const welcome = await reseal(engine, invited, { signaturePrivateKey })
    await refuses(join(engine, { welcome, bundles: [bundle], tree }), 'bad_authentication', /GroupInfo/)
  })

  it('from a signer who is not in the tree is refused', async () => {
    const invited = await invite(engine)
    const { bundle, tree } = invited
    for (const signer of [3, 4, 0xffff_ffff]) {
      const welcome = await reseal(engine, invited, { info: (info) => ({ ...info, signer }) })
      await refuses(join(engine, { welcome, bundles: [bundle], tree }), 'invalid_group_info', /signer/)
    }
  })

  it('into a tree without the own leaf is refused', async () => {
    const invited = await invite(engine)
    const { bundle, room, tree } = invited
    const other = await bundleOf(engine, 'impostor')
    const instead = await commit(engine, room.group('alice'), {
      proposals: [{ kind: 'add', keyPackage: other.keyPackage }],
    })
    const { context, confirmationTag } = instead.staged.public
    const welcome = await reseal(engine, invited, { info: (info) => ({ ...info, context, confirmationTag }) })
    const elsewhere = encodeTree(instead.staged.public.tree)
    await refuses(
      join(engine, { welcome, bundles: [bundle], tree: elsewhere }),
      'invalid_welcome',
      /own leaf/,
    )
    await refuses(join(engine, { welcome, bundles: [bundle], tree }), 'invalid_tree', /tree hash/)
  })

  it('with another confirmation tag is refused', async () => {
    const invited = await invite(engine)
    const { bundle, tree } = invited
    const welcome = await reseal(engine, invited, {
      info: (info) => ({ ...info, confirmationTag: info.confirmationTag.map((byte) => byte ^ 1) }),
    })
    await refuses(join(engine, { welcome, bundles: [bundle], tree }), 'bad_authentication', /confirmation/)
  })

  it('with another context is refused: epoch, group, transcript', async () => {
    const invited = await invite(engine)
    const { bundle, tree } = invited
    const changes = [
      { epoch: 99n },
      { groupId: utf8('another') },
      { confirmedTranscriptHash: new Uint8Array(engine.suite.hashBytes) },
    ]
    for (const change of changes) {
      const welcome = await reseal(engine, invited, {
        info: (info) => ({ ...info, context: { ...info.context, ...change } }),
      })
      await refuses(join(engine, { welcome, bundles: [bundle], tree }), 'bad_authentication', /confirmation/)
    }
  })

  it('with a context of another suite is refused', async () => {
    const invited = await invite(engine)
    const { bundle, tree } = invited
    const welcome = await reseal(engine, invited, {
      info: (info) => ({ ...info, context: { ...info.context, cipherSuite: 2 } }),
    })
    await refuses(join(engine, { welcome, bundles: [bundle], tree }), 'unsupported', /suite/)
  })

  it('with an extension in the context that the joiner does not support is refused', async () => {
    const invited = await invite(engine)
    const { bundle, tree } = invited
    const extensions = [{ type: 0xf0e1, data: utf8('policy') }]
    const welcome = await reseal(engine, invited, {
      info: (info) => ({ ...info, context: { ...info.context, extensions } }),
    })
    await refuses(join(engine, { welcome, bundles: [bundle], tree }), 'invalid_leaf', /61665/)
  })

  it('with a GroupInfo extension that the joiner does not know is taken', async () => {
    const invited = await invite(engine)
    const { bundle, tree } = invited
    const extensions = [{ type: 0x0a0a, data: utf8('grease') }]
    const welcome = await reseal(engine, invited, { info: (info) => ({ ...info, extensions }) })
    expect((await join(engine, { welcome, bundles: [bundle], tree })).signer).toBe(0)
  })

  it('with another joiner secret is refused', async () => {
    const invited = await invite(engine)
    const { bundle, tree } = invited
    const welcome = await reseal(engine, invited, {
      secrets: (secrets) => ({ ...secrets, joinerSecret: new Uint8Array(engine.suite.hashBytes) }),
    })
    await refuses(join(engine, { welcome, bundles: [bundle], tree }), 'decrypt_failed')
    for (const length of [0, 1, 100]) {
      const short = await reseal(engine, invited, {
        secrets: (secrets) => ({ ...secrets, joinerSecret: new Uint8Array(length) }),
      })
      await refuses(join(engine, { welcome: short, bundles: [bundle], tree }), 'invalid_welcome')
    }
  })

  it('with another path secret, or one where there is no path, is refused', async () => {
    const withPath = await invite(engine, true)
    const pathSecret = new Uint8Array(engine.suite.hashBytes)
    const secrets = (known: GroupSecrets): GroupSecrets => ({ ...known, pathSecret })
    const wrong = await reseal(engine, withPath, { secrets })
    const input = { welcome: wrong, bundles: [withPath.bundle], tree: withPath.tree }
    await refuses(join(engine, input), 'invalid_welcome', /path secret/)

    const without = await invite(engine)
    const extra = await reseal(engine, without, { secrets })
    const other = { welcome: extra, bundles: [without.bundle], tree: without.tree }
    await refuses(join(engine, other), 'invalid_welcome')
  })

  it('with a pre-shared key that the joiner does not have is refused', async () => {
    const invited = await invite(engine)
    const { bundle, tree } = invited
    const nonce = new Uint8Array(engine.suite.hashBytes)
    const welcome = await reseal(engine, invited, {
      secrets: (known) => ({ ...known, psks: [{ kind: 'external', id: utf8('?'), nonce }] }),
    })
    await refuses(join(engine, { welcome, bundles: [bundle], tree }), 'invalid_use', /pre-shared key/)
    const psks = (): Uint8Array => utf8('a guess')
    await refuses(join(engine, { welcome, bundles: [bundle], tree, psks }), 'decrypt_failed')
  })

  it('whose encrypted GroupInfo was put in place of another is refused', async () => {
    const [one, two] = [await invite(engine), await invite(engine)]
    const mixed = bytesOf({
      ...welcomeOf(one.welcome),
      encryptedGroupInfo: welcomeOf(two.welcome).encryptedGroupInfo,
    })
    await refuses(join(engine, { welcome: mixed, bundles: [one.bundle], tree: one.tree }), 'decrypt_failed')
  })

  it('to a key package of another suite is refused', async () => {
    const invited = await invite(engine)
    const keyPackage = { ...invited.bundle.keyPackage, cipherSuite: 3 }
    const other = { ...invited, bundle: { ...invited.bundle, keyPackage } }
    const welcome = await reseal(engine, other, {})
    const input = { welcome, bundles: [other.bundle], tree: invited.tree }
    await refuses(join(engine, input), 'invalid_welcome', /none of these/)
  })

  it('to a key package whose private key is another is refused', async () => {
    const { welcome, bundle, tree } = await invite(engine)
    const { initPrivateKey } = await bundleOf(engine, 'dave')
    const input = { welcome, bundles: [{ ...bundle, initPrivateKey }], tree }
    await refuses(join(engine, input), 'decrypt_failed')
  })

  it('is no other kind of message', async () => {
    const { bundle, tree, committed } = await invite(engine)
    for (const welcome of [committed.message, committed.groupInfo])
      await refuses(join(engine, { welcome, bundles: [bundle], tree }), 'malformed')
  })
})

describe.each(storySuites)('groups that carry on another, suite %d', (suite) => {
  const engine = engineOf(suite)

  const branch = async (
    usage: 'reinit' | 'branch',
    room: Room,
    id: Uint8Array,
  ): Promise<{ readonly committed: Committed; readonly bundle: KeyPackageBundle }> => {
    const bundle = await bundleOf(engine, 'bob')
    const empty = await createGroup(engine, { groupId: id, bundle: await bundleOf(engine, 'alice') })
    const proposals: readonly Proposal[] = [{ kind: 'add', keyPackage: bundle.keyPackage }]
    const resume = { usage, group: room.group('alice') }
    return { committed: await commit(engine, empty, { proposals, resume }), bundle }
  }

  it('a branch is not joined without the group it branches from, nor with another', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    const other = await Room.of(engine, ['alice', 'bob'])
    const { committed, bundle } = await branch('branch', room, groupId())
    const input = {
      welcome: committed.welcome ?? new Uint8Array(),
      bundles: [bundle],
      tree: encodeTree(committed.staged.public.tree),
    }
    await refuses(join(engine, input), 'invalid_use', /pre-shared key/)
    await refuses(join(engine, { ...input, previous: other.group('bob') }), 'invalid_use', /pre-shared/)
    expect((await join(engine, { ...input, previous: room.group('bob') })).signer).toBe(0)
  })

  it('a group that is tied to none is not taken for one that carries on another', async () => {
    const { welcome, bundle, tree, room } = await invite(engine)
    const input = { welcome, bundles: [bundle], tree, previous: room.group('bob') }
    await refuses(join(engine, input), 'invalid_welcome', /not tied/)
  })

  it('a restart is not made of a group that no ReInit closed, nor with other parameters', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    await refuses(branch('reinit', room, groupId()), 'invalid_use', /not closed/)
    const id = groupId()
    await room.commit('alice', {
      proposals: [{ kind: 'reinit', groupId: id, version: 1, cipherSuite: suite, extensions: [] }],
    })
    await refuses(branch('reinit', room, groupId()), 'invalid_use', /not what/)
    expect((await branch('reinit', room, id)).committed.welcome).toBeDefined()
  })

  it('a tie to another group or epoch, a second one, or one that comes late, is refused', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    const old = room.group('bob')
    const { groupId: id, epoch } = resumptionPsk(old)
    const nonce = new Uint8Array(engine.suite.hashBytes)
    const tie = { kind: 'resumption', usage: 'branch', groupId: id, epoch, nonce } as const
    const context = { ...old.public.context, groupId: groupId(), epoch: 1n }
    verifyResumption([tie], context, old)
    const refused: readonly (readonly [Parameters<typeof verifyResumption>, RegExp])[] = [
      [[[tie], { ...context, epoch: 2n }, old], /epoch 2/],
      [[[{ ...tie, epoch: epoch + 1n }], context, old], /another group or epoch/],
      [[[{ ...tie, groupId: utf8('x') }], context, old], /another group or epoch/],
      [[[tie, tie], context, old], /two others/],
      [[[tie], { ...context, cipherSuite: 2 }, old], /another version or suite/],
      [[[tie], context, undefined], /needed/],
    ]
    for (const [parameters, why] of refused) expect(() => verifyResumption(...parameters)).toThrow(why)
  })

  it('a restart is not made later than in the first commit', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    const resume = { usage: 'branch', group: room.group('alice') } as const
    await refuses(commit(engine, room.group('alice'), { resume }), 'invalid_use', /epoch/)
  })

  it('a group that a ReInit closed neither speaks nor changes', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    const early = await commit(engine, room.group('bob'))
    expect(early.view.hasPath).toBe(true)
    await room.commit('alice', {
      proposals: [{ kind: 'reinit', groupId: groupId(), version: 1, cipherSuite: suite, extensions: [] }],
    })
    for (const name of ['alice', 'bob']) {
      const group = room.group(name)
      await refuses(commit(engine, group), 'invalid_use', /closed/)
      await refuses(propose(engine, group, { kind: 'remove', removed: 0 }), 'invalid_use', /closed/)
      await refuses(encrypt(engine, group, utf8('hi')), 'invalid_use', /closed/)
    }
    const reopened = { ...room.group('alice'), public: { ...room.group('alice').public, reInit: undefined } }
    const sent = [
      (await commit(engine, reopened)).message,
      (await propose(engine, reopened, { kind: 'remove', removed: 1 })).message,
    ]
    for (const message of sent)
      await bothRefuse(engine, room.group('bob'), room.server, message, 'invalid_use', /closed/)
  })

  it('there is no epoch after the last one', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    const { public: now } = room.group('alice')
    const last = { ...now, context: { ...now.context, epoch: 2n ** 64n - 1n } }
    await refuses(commit(engine, { ...room.group('alice'), public: last }), 'limit_exceeded', /epoch/)
  })
})
