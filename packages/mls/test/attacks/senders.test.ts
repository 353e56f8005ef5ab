import { describe, it } from 'vitest'
import {
  commit,
  decode,
  decodeMessage,
  encode,
  encodeExternalSenders,
  encodeMessage,
  encrypt,
  extensionType,
  type Message,
  observe,
  process,
  type Proposal,
  propose,
  proposeFromOutside,
} from '../../src/index.ts'
import { bundleOf, engineOf, signatureKeys, storySuites, utf8 } from '../people.ts'
import { Room } from '../room.ts'
import { bothRefuse, protect, refuses, send, sendCommit, sign } from './forge.ts'

type PublicKind = Extract<Message, { kind: 'public' }>

/** A public message with something changed after it was sent. */
const tamper = (
  bytes: Uint8Array,
  change: (message: PublicKind['message']) => Partial<PublicKind['message']>,
): Uint8Array => {
  const message = decode(decodeMessage, bytes)
  if (message.kind !== 'public') throw new Error(message.kind)
  return encode(encodeMessage, {
    kind: 'public',
    message: { ...message.message, ...change(message.message) },
  })
}

const flipped = (bytes: Uint8Array): Uint8Array => bytes.map((byte, at) => (at === 0 ? byte ^ 1 : byte))

const removal: Proposal = { kind: 'remove', removed: 2 }

describe.each(storySuites)('who says so, suite %d', (suite) => {
  const engine = engineOf(suite)
  const roomOfThree = (): Promise<Room> => Room.of(engine, ['alice', 'mallory', 'bob'])

  it('a membership tag that was changed is refused by members', async () => {
    const room = await roomOfThree()
    const { message } = await propose(engine, room.group('alice'), removal)
    const changed = tamper(message, ({ membershipTag }) => ({
      membershipTag: membershipTag && flipped(membershipTag),
    }))
    await refuses(process(engine, room.group('bob'), changed), 'bad_authentication', /membership/)
  })

  it('a membership tag of another length is refused', async () => {
    const room = await roomOfThree()
    const { message } = await propose(engine, room.group('alice'), removal)
    for (const membershipTag of [new Uint8Array(), new Uint8Array(1), new Uint8Array(64)])
      await refuses(
        process(
          engine,
          room.group('bob'),
          tamper(message, () => ({ membershipTag })),
        ),
        'bad_authentication',
        /membership/,
      )
  })

  it('a confirmation tag that was changed is refused by members', async () => {
    const room = await roomOfThree()
    const { message } = await commit(engine, room.group('alice'))
    const sent = decode(decodeMessage, message)
    if (sent.kind !== 'public') throw new Error(sent.kind)
    const { authenticated } = sent.message
    const { signature, confirmationTag } = authenticated.auth
    const auth = { signature, confirmationTag: confirmationTag && flipped(confirmationTag) }
    const changed = await protect(engine, room.group('alice'), { ...authenticated, auth })
    await refuses(process(engine, room.group('bob'), changed), 'bad_authentication', /confirmation/)
  })

  it('the confirmation tag of a commit that no one else computes is refused', async () => {
    const room = await roomOfThree()
    const add: Proposal = { kind: 'add', keyPackage: (await bundleOf(engine, 'dave')).keyPackage }
    const message = await sendCommit(engine, room.group('alice'), [{ kind: 'proposal', proposal: add }])
    await refuses(process(engine, room.group('bob'), message), 'bad_authentication', /confirmation/)
  })

  it('a signature that was changed is refused by members and server', async () => {
    const room = await roomOfThree()
    const authenticated = await sign(engine, room.group('alice'), { kind: 'proposal', proposal: removal })
    const auth = { ...authenticated.auth, signature: flipped(authenticated.auth.signature) }
    const message = await protect(engine, room.group('alice'), { ...authenticated, auth })
    await bothRefuse(engine, room.group('bob'), room.server, message, 'bad_authentication', /signature/)
  })

  it('Mallory cannot propose in the name of Alice', async () => {
    const room = await roomOfThree()
    const change = { sender: { kind: 'member', leafIndex: 0 } } as const
    const content = { kind: 'proposal', proposal: removal } as const
    const message = await send(engine, room.group('mallory'), content, { change })
    await bothRefuse(engine, room.group('bob'), room.server, message, 'bad_authentication', /signature/)
  })

  it('Mallory cannot commit in the name of Alice', async () => {
    const room = await roomOfThree()
    const sent = decode(decodeMessage, (await commit(engine, room.group('mallory'))).message)
    if (sent.kind !== 'public') throw new Error(sent.kind)
    const { content } = sent.message.authenticated.framed
    const change = { sender: { kind: 'member', leafIndex: 0 } } as const
    const message = await send(engine, room.group('mallory'), content, { change })
    await bothRefuse(engine, room.group('bob'), room.server, message, 'bad_authentication', /signature/)
  })

  it('Mallory cannot speak in the name of Alice, though she has the keys to encrypt', async () => {
    const room = await roomOfThree()
    const change = { sender: { kind: 'member', leafIndex: 0 } } as const
    const content = { kind: 'application', data: utf8('I am Alice') } as const
    const message = await send(engine, room.group('mallory'), content, { wire: 'private', change })
    await refuses(process(engine, room.group('bob'), message), 'bad_authentication', /signature/)
  })

  it('what was signed for one wire format does not hold in the other', async () => {
    const room = await roomOfThree()
    const content = { kind: 'proposal', proposal: removal } as const
    const authenticated = await sign(engine, room.group('alice'), content, { wire: 'private' })
    const message = await protect(engine, room.group('alice'), { ...authenticated, wireFormat: 'public' })
    await bothRefuse(engine, room.group('bob'), room.server, message, 'bad_authentication', /signature/)
  })

  it('authenticated data that was changed is refused, in the clear and encrypted', async () => {
    const room = await roomOfThree()
    const options = { authenticatedData: utf8('deliver to: bob') }
    const { message } = await propose(engine, room.group('alice'), removal, options)
    const at = Buffer.from(message).indexOf('bob')
    const changed = message.map((byte, index) => (index === at ? byte ^ 1 : byte))
    await refuses(process(engine, room.group('bob'), changed), 'bad_authentication', /membership/)
    await refuses(observe(engine, room.server, changed), 'bad_authentication', /signature/)

    const word = await encrypt(engine, room.group('alice'), utf8('hi'), options)
    const wordAt = Buffer.from(word.message).indexOf('bob')
    const other = word.message.map((byte, index) => (index === wordAt ? byte ^ 1 : byte))
    await refuses(process(engine, room.group('bob'), other), 'decrypt_failed')
  })

  it('a member whose leaf is blank or out of the tree is no one', async () => {
    const room = await roomOfThree()
    for (const leafIndex of [3, 4, 1000, 0x7fff_ffff, 0xffff_ffff]) {
      const change = { sender: { kind: 'member', leafIndex } } as const
      const content = { kind: 'proposal', proposal: removal } as const
      const message = await send(engine, room.group('mallory'), content, { change })
      await bothRefuse(engine, room.group('bob'), room.server, message, 'bad_authentication', /blank/)
    }
  })

  it('application data in the clear is refused', async () => {
    const room = await roomOfThree()
    const authenticated = await sign(engine, room.group('alice'), { kind: 'application', data: utf8('x') })
    const message = encode(encodeMessage, {
      kind: 'public',
      message: { authenticated, membershipTag: new Uint8Array(32) },
    })
    await bothRefuse(engine, room.group('bob'), room.server, message, 'malformed', /application/)
  })

  it('a message of another group is refused', async () => {
    const [room, other] = [await roomOfThree(), await roomOfThree()]
    const { message } = await propose(engine, other.group('alice'), removal)
    await bothRefuse(engine, room.group('bob'), room.server, message, 'wrong_group')
    const word = await encrypt(engine, other.group('alice'), utf8('hi'))
    await refuses(process(engine, room.group('bob'), word.message), 'wrong_group')
  })

  it('a message of an epoch that is over, or is not yet, is refused', async () => {
    const room = await roomOfThree()
    const alice = room.group('alice')
    const [past, word] = [await propose(engine, alice, removal), await encrypt(engine, alice, utf8('hi'))]
    const { staged } = await commit(engine, alice)
    const early = await propose(engine, staged, removal)
    await bothRefuse(engine, room.group('bob'), room.server, early.message, 'wrong_epoch')
    const [secret, secretWord] = [
      await propose(engine, staged, removal, { wire: 'private' }),
      await encrypt(engine, staged, utf8('hi')),
    ]
    await refuses(process(engine, room.group('bob'), secret.message), 'wrong_epoch')
    await refuses(process(engine, room.group('bob'), secretWord.message), 'wrong_epoch')
    await room.commit('bob')
    await bothRefuse(engine, room.group('bob'), room.server, past.message, 'wrong_epoch')
    await refuses(process(engine, room.group('bob'), word.message), 'wrong_epoch')
  })

  it('a Welcome, a GroupInfo or a key package is no message to a group', async () => {
    const room = await roomOfThree()
    const committed = await room.add('alice', ['dave'])
    const { keyPackage } = await bundleOf(engine, 'erin')
    const own = encode(encodeMessage, { kind: 'key_package', keyPackage })
    for (const message of [committed.welcome ?? own, committed.groupInfo, own])
      await bothRefuse(engine, room.group('bob'), room.server, message, 'unsupported')
  })

  it('a commit of our own that comes back is not processed, with a path or without', async () => {
    const room = await roomOfThree()
    const { keyPackage } = await bundleOf(engine, 'dave')
    const proposals: readonly Proposal[] = [{ kind: 'add', keyPackage }]
    for (const forcePath of [true, false]) {
      const { message } = await commit(engine, room.group('alice'), { proposals, forcePath })
      await refuses(process(engine, room.group('alice'), message), 'invalid_use', /adopted/)
    }
  })

  it('encrypted handshakes cannot be observed', async () => {
    const room = await roomOfThree()
    const { message } = await commit(engine, room.group('alice'), { wire: 'private' })
    await refuses(observe(engine, room.server, message), 'unsupported')
  })
})

describe.each(storySuites)('from outside, suite %d', (suite) => {
  const engine = engineOf(suite)

  const guarded = async (): Promise<{ readonly room: Room; readonly key: Uint8Array }> => {
    const { publicKey, privateKey } = await signatureKeys(engine)
    const credential = { kind: 'basic', identity: utf8('server') } as const
    const data = encode(encodeExternalSenders, [{ signatureKey: publicKey, credential }])
    const extensions = [{ type: extensionType.externalSenders, data }]
    return { room: await Room.of(engine, ['alice', 'bob', 'carol'], { extensions }), key: privateKey }
  }
  const server = { kind: 'external', senderIndex: 0 } as const

  it('without the extension there is no external sender', async () => {
    const room = await Room.of(engine, ['alice', 'bob', 'carol'])
    const { privateKey } = await signatureKeys(engine)
    const message = await proposeFromOutside(engine, room.server.context, server, privateKey, removal)
    await bothRefuse(
      engine,
      room.group('bob'),
      room.server,
      message,
      'bad_authentication',
      /no external sender/,
    )
  })

  it('an external sender that is not listed is no one', async () => {
    const { room, key } = await guarded()
    for (const senderIndex of [1, 64, 0xffff_ffff]) {
      const by = { kind: 'external', senderIndex } as const
      const message = await proposeFromOutside(engine, room.server.context, by, key, removal)
      await bothRefuse(engine, room.group('bob'), room.server, message, 'bad_authentication', /no external/)
    }
  })

  it('an external sender signs with its own key', async () => {
    const { room } = await guarded()
    const { privateKey } = await signatureKeys(engine)
    const message = await proposeFromOutside(engine, room.server.context, server, privateKey, removal)
    await bothRefuse(engine, room.group('bob'), room.server, message, 'bad_authentication', /signature/)
  })

  it('an external sender cannot propose an update or an external init', async () => {
    const { room, key } = await guarded()
    const { leafNode } = (await bundleOf(engine, 'x')).keyPackage
    const proposals: readonly Proposal[] = [
      { kind: 'update', leafNode },
      { kind: 'external_init', kemOutput: new Uint8Array(32) },
    ]
    for (const proposal of proposals) {
      const message = await proposeFromOutside(engine, room.server.context, server, key, proposal)
      await bothRefuse(engine, room.group('bob'), room.server, message, 'invalid_proposal', /external/)
    }
  })

  it('an external sender cannot commit', async () => {
    const { room, key } = await guarded()
    const message = await sendCommit(engine, room.group('alice'), [], undefined, {
      change: { sender: server },
      signaturePrivateKey: key,
    })
    await bothRefuse(engine, room.group('bob'), room.server, message, 'malformed', /external sender/)
  })

  it('one who is not in the group can propose to be added, and nothing else', async () => {
    const { room } = await guarded()
    const { privateKey } = await signatureKeys(engine)
    const by = { kind: 'new_member_proposal' } as const
    const message = await proposeFromOutside(engine, room.server.context, by, privateKey, removal)
    await bothRefuse(engine, room.group('bob'), room.server, message, 'malformed', /something else/)
  })

  it('one cannot ask for another to be added', async () => {
    const { room } = await guarded()
    const { keyPackage } = await bundleOf(engine, 'dave')
    const { privateKey } = await signatureKeys(engine)
    const by = { kind: 'new_member_proposal' } as const
    const add: Proposal = { kind: 'add', keyPackage }
    const message = await proposeFromOutside(engine, room.server.context, by, privateKey, add)
    await bothRefuse(engine, room.group('bob'), room.server, message, 'bad_authentication', /signature/)
  })

  it('a commit of one who proposes is refused', async () => {
    const { room } = await guarded()
    const change = { sender: { kind: 'new_member_proposal' } } as const
    const message = await sendCommit(engine, room.group('alice'), [], undefined, { change })
    await bothRefuse(engine, room.group('bob'), room.server, message, 'malformed')
  })

  it('an external proposal of another group or epoch is refused', async () => {
    const { room, key } = await guarded()
    const { groupId, epoch } = room.server.context
    const late = await proposeFromOutside(engine, { groupId, epoch: epoch + 1n }, server, key, removal)
    await bothRefuse(engine, room.group('bob'), room.server, late, 'wrong_epoch')
    const elsewhere = { groupId: utf8('elsewhere'), epoch }
    const other = await proposeFromOutside(engine, elsewhere, server, key, removal)
    await bothRefuse(engine, room.group('bob'), room.server, other, 'wrong_group')
  })
})
