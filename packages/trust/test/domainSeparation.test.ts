import { hybridSuiteId, signLeafNode, suiteOf, verifyLeafNode } from '@sotto/mls'
import { H, labelled, labelledHash, type SignedLink } from '@sotto/protocol'
import {
  buildJoinProof,
  buildLeafCredential,
  buildRevokeDevice,
  buildSetName,
  extendChain,
  identityFingerprint,
  identityOf,
  metaHash,
  type SignatureLabel,
  signLabelled,
  verifyChain,
  verifyJoinProof,
  verifyLabelled,
  verifyLeaf,
} from '@sotto/trust'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  anotherDevice,
  deviceOf,
  firstDevice,
  leafOf,
  type Person,
  laterS,
  person,
  provider,
  ruleOf,
  signingKey,
  someId,
  startS,
} from './people.ts'
import { room } from './rooms.ts'

const labels: readonly SignatureLabel[] = [
  'chain-identity',
  'chain-successor',
  'chain-device',
  'leaf',
  'ext-join',
  'login',
  'login-start',
  'nack',
  'ar',
  'share',
]

let alice: Person
let bob: Person

beforeAll(async () => {
  alice = await person('alice')
  bob = await person('bob')
})

describe('T-DOMSEP what was signed for one thing holds for nothing else', () => {
  test('T-DOMSEP a signature holds under its own label only, for its own value, by its own key', async () => {
    const { signer } = firstDevice(alice)
    const other = firstDevice(bob).signer.publicKey
    const values = [someId('value'), [someId('value')], [1, 2, 3], null, 'leaf']
    for (const label of labels)
      for (const value of values) {
        const signature = await signLabelled(signer, label, value)
        for (const under of labels)
          for (const what of values) {
            const holds = await verifyLabelled(provider, signer.publicKey, under, what, signature)
            expect(holds, `${label} as ${under}`).toBe(label === under && value === what)
          }
        expect(await verifyLabelled(provider, other, label, value, signature)).toBe(false)
      }
  })

  test('T-DOMSEP a leaf credential holds for no other key, account, device, link or end', async () => {
    const leaf = await leafOf(alice)
    const identity = identityOf(leaf)
    if (!identity) throw new Error('it is there')
    const { signature, ...claim } = identity
    const value = (c: typeof claim, key = leaf.signatureKey) => [
      c.account,
      c.device,
      key,
      c.chainSeq,
      c.chainHead,
      c.notAfterS,
    ]
    const holds = async (what: ReturnType<typeof value>): Promise<boolean> =>
      verifyLabelled(provider, firstDevice(alice).key.publicKey, 'leaf', what, signature)
    expect(await holds(value(claim))).toBe(true)
    expect(await holds(value(claim, (await signingKey()).publicKey))).toBe(false)
    for (const changed of [
      { account: bob.state.account },
      { device: firstDevice(bob).id },
      { chainSeq: 1 },
      { chainHead: bob.state.head },
      { notAfterS: claim.notAfterS + 1 },
    ])
      expect(await holds(value({ ...claim, ...changed }))).toBe(false)
  })

  test('T-DOMSEP a join proof holds for no other group, epoch, history or leaf, and is no credential', async () => {
    const { signer, key, id } = firstDevice(alice)
    const join = { groupId: room, epoch: 9n, confirmedTranscriptHash: someId('t'), leafKey: someId('leaf') }
    const extension = await buildJoinProof(signer, join)
    const holds = (changed: Partial<typeof join>) =>
      verifyJoinProof(provider, key.publicKey, { ...join, ...changed }, extension)
    expect(await holds({})).toBe(true)
    for (const changed of [
      { groupId: someId('another room', 16) },
      { epoch: 8n },
      { epoch: 10n },
      { confirmedTranscriptHash: someId('another') },
      { leafKey: someId('another leaf') },
    ])
      expect(await holds(changed)).toBe(false)
    const proof = extension.slice(-64)
    const asLeaf = [alice.state.account, id, join.leafKey, 0, alice.state.head, startS]
    expect(await verifyLabelled(provider, key.publicKey, 'leaf', asLeaf, proof)).toBe(false)
  })

  test('T-DOMSEP links of one account are nothing in the chain of another, nor at another place', async () => {
    const rename = await buildSetName({ ...alice, provider, name: 'alicia', timeS: startS })
    expect(ruleOf(await extendChain(provider, alice.state, [rename], laterS))).toBe('ok')
    expect(ruleOf(await extendChain(provider, bob.state, [rename], laterS))).toBe('CHAIN-2')
    const later = await person('later')
    const first = await buildSetName({ ...later, provider, name: 'one', timeS: startS })
    await anotherDevice(later)
    expect(ruleOf(await extendChain(provider, later.state, [first], laterS))).toBe('CHAIN-3')
  })

  test('T-DOMSEP the two signatures of a link do not stand in for each other', async () => {
    const [genesis] = alice.links as [SignedLink]
    const [byIdentity, byDevice] = genesis.signatures as [Uint8Array, Uint8Array]
    for (const signatures of [
      [byDevice, byIdentity],
      [byIdentity, byIdentity],
      [byDevice, byDevice],
    ])
      expect(ruleOf(await verifyChain(provider, [{ ...genesis, signatures }], laterS))).toBe('CHAIN-5')
  })

  test('T-DOMSEP a device that signed out did not certify itself, nor the reverse', async () => {
    const device = firstDevice(alice)
    const by = { kind: 'device', signer: device.signer } as const
    const revoked = await buildRevokeDevice({
      provider,
      state: alice.state,
      timeS: startS,
      device: device.id,
      reason: 'logout',
      by,
    })
    const borrowed = (alice.links[0] as SignedLink).signatures.slice(1)
    const replayed = { bytes: revoked.bytes, signatures: borrowed }
    expect(ruleOf(await extendChain(provider, alice.state, [replayed], laterS))).toBe('CHAIN-5')
  })

  test('T-DOMSEP a signature of MLS by a device’s key is none of ours, and ours none of MLS', async () => {
    const crypto = { provider, suite: suiteOf(hybridSuiteId) }
    const leaf = await leafOf(alice)
    const device = await deviceOf('web')
    const claim = {
      account: alice.state.account,
      device: device.id,
      chainSeq: 0,
      chainHead: alice.state.head,
      notAfterS: startS,
    }
    const credential = await buildLeafCredential(device.signer, { ...claim, leafKey: device.key.publicKey })
    const signed = await signLeafNode(crypto, device.key.privateKey, {
      ...leaf,
      credential,
      signatureKey: device.key.publicKey,
    })
    const identity = identityOf(signed)
    if (!identity) throw new Error('it is there')
    expect(await verifyLeafNode(crypto, { ...signed, signature: identity.signature })).toBe(false)
    const value = [claim.account, claim.device, device.key.publicKey, 0, claim.chainHead, startS]
    expect(await verifyLabelled(provider, device.key.publicKey, 'leaf', value, identity.signature)).toBe(true)
    expect(await verifyLabelled(provider, device.key.publicKey, 'leaf', value, signed.signature)).toBe(false)
  })

  test('T-DOMSEP hashes of the same bytes differ by what they are for', () => {
    const [salt, meta] = [someId('salt', 16), someId('meta')]
    const same = [salt, meta]
    const hashes = ['meta', 'log', 'msg', 'aik', 'ack', 'chain-end'].map((label) => labelledHash(label, same))
    expect(new Set(hashes.map(String)).size).toBe(hashes.length)
    expect(metaHash(salt, meta)).toEqual(labelledHash('meta', same))
    expect(metaHash(meta, salt)).not.toEqual(metaHash(salt, meta))
    expect(identityFingerprint(meta)).not.toEqual(H(meta))
    expect(labelled('leaf', same)).not.toEqual(labelled('ar', same))
  })

  test('T-DOMSEP Alice’s leaf under Bob’s account, in one piece or in parts, is nobody’s', async () => {
    const [hers, his] = [await leafOf(alice), await leafOf(bob)]
    const stolen = { ...his, credential: hers.credential }
    expect(ruleOf(await verifyLeaf(provider, stolen, alice.state, startS))).toBe('LEAF-7')
    expect(ruleOf(await verifyLeaf(provider, stolen, bob.state, startS))).toBe('LEAF-4')
  })
})
