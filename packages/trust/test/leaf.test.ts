import { type Credential, hybridSuiteId } from '@sotto/mls/public'
import { decodeCanonical, encodeCanonical } from '@sotto/protocol'
import {
  isLastResort,
  lastResortExtension,
  leafCapabilities,
  parseLeafIdentity,
  roomChecks,
  verifyKeyPackage,
  verifyLeaf,
  verifyTreeLeaf,
} from '@sotto/trust'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  anotherDevice,
  applicationId,
  dayS,
  deviceOf,
  firstDevice,
  good,
  keyPackageOf,
  leafOf,
  type LeafOptions,
  type Person,
  person,
  provider,
  revoke,
  ruleOf,
  signingKey,
  someId,
  startS,
} from './people.ts'
import { lookupOf } from './rooms.ts'

let alice: Person
let bob: Person

beforeEach(async () => {
  alice = await person('alice')
  bob = await person('bob')
})

const judged = async (who: Person, options: LeafOptions = {}, nowS = startS): Promise<string> =>
  ruleOf(await verifyLeaf(provider, await leafOf(who, options), who.state, nowS))

describe('a leaf', () => {
  test('of Alice is hers, on her second device as well, and says so to whoever has her chain', async () => {
    const phone = await anotherDevice(alice)
    const leaf = await leafOf(alice, { device: phone })
    const identity = good(await verifyLeaf(provider, leaf, alice.state, startS))
    expect(identity).toMatchObject({
      account: alice.state.account,
      device: phone.id,
      chainSeq: 1,
      chainHead: alice.state.head,
    })
    expect(good(parseLeafIdentity(leaf.credential))).toEqual(identity)
  })

  test('made before the chain grew holds after', async () => {
    const leaf = await leafOf(alice)
    await anotherDevice(alice)
    expect(ruleOf(await verifyLeaf(provider, leaf, alice.state, startS))).toBe('ok')
  })

  test('LEAF-1 whose credential is not the one encoding of an identity', async () => {
    const made = (await leafOf(alice)).credential as Credential & { kind: 'basic' }
    const raw = decodeCanonical(made.identity) as unknown[]
    const credentials: readonly Credential[] = [
      { kind: 'x509', certificates: [made.identity] },
      { kind: 'unknown', type: 7, bytes: made.identity },
      { kind: 'basic', identity: new Uint8Array(0) },
      { kind: 'basic', identity: new Uint8Array([...made.identity, 0]) },
      { kind: 'basic', identity: new Uint8Array(600) },
      { kind: 'basic', identity: encodeCanonical([2, ...raw.slice(1)] as never) },
      { kind: 'basic', identity: encodeCanonical([...raw, 'alice'] as never) },
    ]
    for (const credential of credentials) {
      const leaf = { ...(await leafOf(alice)), credential }
      expect(ruleOf(await verifyLeaf(provider, leaf, alice.state, startS))).toBe('LEAF-1')
    }
  })

  test('LEAF-2 with other capabilities than ours, or with extensions', async () => {
    const ours = leafCapabilities()
    for (const capabilities of [
      { ...ours, cipherSuites: [hybridSuiteId, 1] },
      { ...ours, proposals: [0xf0f0] },
      { ...ours, extensions: ours.extensions.toReversed() },
      { ...ours, credentials: [1, 2] },
    ])
      expect(await judged(alice, { capabilities })).toBe('LEAF-2')
    expect(await judged(alice, { leafExtensions: [applicationId()] })).toBe('LEAF-2')
  })

  test('LEAF-3 with a key that serves another purpose, or is no proper key', async () => {
    expect(await judged(alice, { leafKey: firstDevice(alice).key })).toBe('LEAF-3')
    expect(await judged(alice, { leafKey: alice.identity })).toBe('LEAF-3')
    const small = { publicKey: new Uint8Array(32), privateKey: (await signingKey()).privateKey }
    expect(await judged(alice, { leafKey: small })).toBe('LEAF-3')
  })

  test('LEAF-4 without the chain of its account, or under another account’s', async () => {
    const leaf = await leafOf(alice)
    expect(ruleOf(await verifyLeaf(provider, leaf, undefined, startS))).toBe('LEAF-4')
    expect(ruleOf(await verifyLeaf(provider, leaf, bob.state, startS))).toBe('LEAF-4')
  })

  test('LEAF-5 that refers to a link which the chain does not have', async () => {
    expect(await judged(alice, { chainSeq: 1 })).toBe('LEAF-5')
    expect(await judged(alice, { chainHead: someId('another branch') })).toBe('LEAF-5')
  })

  test('LEAF-6 of a device that was not certified, or revoked, when the leaf says it was', async () => {
    const { seq: chainSeq, head: chainHead } = alice.state
    const phone = await anotherDevice(alice)
    expect(await judged(alice, { device: phone, chainSeq, chainHead })).toBe('LEAF-6')
    expect(await judged(alice, { device: await deviceOf('web') })).toBe('LEAF-6')
    await revoke(alice, phone)
    expect(await judged(alice, { device: phone })).toBe('LEAF-6')
  })

  test('LEAF-7 whose certificate Mallory made, or made for another key', async () => {
    const mallory = await deviceOf('web')
    const asAlice = { ...firstDevice(alice), signer: mallory.signer }
    expect(await judged(alice, { device: asAlice })).toBe('LEAF-7')
    const credential = (await leafOf(alice)).credential
    expect(await judged(alice, { credential })).toBe('LEAF-7')
  })

  test('LEAF-8 of a device that is revoked by now', async () => {
    const phone = await anotherDevice(alice)
    const leaf = await leafOf(alice, { device: phone })
    await revoke(alice, phone, startS + 1000)
    const at = async (nowS: number): Promise<string> =>
      ruleOf(await verifyLeaf(provider, leaf, alice.state, nowS))
    expect(await at(startS + 1000 + 600)).toBe('LEAF-8')
    expect(await at(startS + 999)).toBe('ok')
  })

  test('LEAF-9 of a device whose certificate has ended', async () => {
    const phone = await anotherDevice(alice, startS, startS + 10 * dayS)
    expect(await judged(alice, { device: phone }, startS + 10 * dayS - 1)).toBe('ok')
    expect(await judged(alice, { device: phone }, startS + 10 * dayS)).toBe('LEAF-9')
  })

  test('LEAF-10 that has ended, or lasts longer than a leaf may', async () => {
    const notAfterS = startS + 5 * dayS
    expect(await judged(alice, { notAfterS }, notAfterS + dayS - 1)).toBe('ok')
    expect(await judged(alice, { notAfterS }, notAfterS + dayS)).toBe('LEAF-10')
    // The 90 days of a leaf, and the day by which clocks may differ.
    expect(await judged(alice, { notAfterS: startS + 91 * dayS })).toBe('ok')
    expect(await judged(alice, { notAfterS: startS + 91 * dayS + 1 })).toBe('LEAF-10')
  })

  test('LEAF-11 that takes the place of somebody else’s', async () => {
    const { leaf: check } = roomChecks(provider, lookupOf(alice, bob), () => startS)
    const phone = await anotherDevice(alice)
    const [ofLaptop, ofPhone, ofBob] = [
      await leafOf(alice),
      await leafOf(alice, { device: phone }),
      await leafOf(bob),
    ]
    for (const at of ['update', 'path'] as const) {
      expect(await check(await leafOf(alice), { at, previous: ofLaptop })).toBe(undefined)
      expect(await check(ofPhone, { at, previous: ofLaptop })).toBe('LEAF-11')
      expect(await check(ofBob, { at, previous: ofLaptop })).toBe('LEAF-11')
    }
  })

  test('of a dead device in a tree is authentic still; anywhere else it is refused', async () => {
    const { leaf: check } = roomChecks(provider, lookupOf(alice), () => startS + 2000)
    const phone = await anotherDevice(alice)
    const leaf = await leafOf(alice, { device: phone })
    await revoke(alice, phone)
    expect(ruleOf(await verifyTreeLeaf(provider, leaf, alice.state))).toBe('ok')
    expect(await check(leaf, { at: 'tree' })).toBe(undefined)
    for (const at of ['key_package', 'add', 'update', 'path', 'external'] as const)
      expect(await check(leaf, { at })).toBe('LEAF-8')
  })

  test('that cannot be read is refused on every path', async () => {
    const { leaf: check } = roomChecks(provider, lookupOf(alice), () => startS)
    const leaf = {
      ...(await leafOf(alice)),
      credential: { kind: 'basic', identity: new Uint8Array(3) } as const,
    }
    for (const at of ['key_package', 'add', 'update', 'path', 'external', 'tree'] as const)
      expect(await check(leaf, { at })).toBe('LEAF-1')
  })
})

describe('a key package', () => {
  const offered = async (options: LeafOptions = {}, nowS = startS): Promise<string> =>
    ruleOf(await verifyKeyPackage(provider, await keyPackageOf(alice, options), alice.state, nowS))

  test('of Alice may be offered, as one for one use and as the last resort', async () => {
    expect(await offered()).toBe('ok')
    const last = await keyPackageOf(alice, { extensions: [lastResortExtension()] })
    expect(isLastResort(last)).toBe(true)
    expect(ruleOf(await verifyKeyPackage(provider, last, alice.state, startS))).toBe('ok')
    expect(isLastResort(await keyPackageOf(alice))).toBe(false)
  })

  test('KP-1 of another version or suite', async () => {
    const made = await keyPackageOf(alice)
    for (const changed of [{ cipherSuite: 1 }, { version: 2 }])
      expect(ruleOf(await verifyKeyPackage(provider, { ...made, ...changed }, alice.state, startS))).toBe(
        'KP-1',
      )
  })

  test('KP-2 that has not begun, or lasts too long; or with a leaf of another source', async () => {
    expect(await offered({ notBefore: startS + 2 * dayS, notAfter: startS + 3 * dayS })).toBe('KP-2')
    expect(await offered({ notBefore: startS, notAfter: startS + 30 * dayS })).toBe('ok')
    expect(await offered({ notBefore: startS, notAfter: startS + 30 * dayS + 1 })).toBe('KP-2')
    expect(await offered({ notAfter: startS, notBefore: startS + 1 })).toBe('KP-2')
    const made = await keyPackageOf(alice)
    const leafNode = { ...made.leafNode, source: { kind: 'update' } as const }
    expect(ruleOf(await verifyKeyPackage(provider, { ...made, leafNode }, alice.state, startS))).toBe('KP-2')
  })

  test('KP-3 with another extension than that of the last resort', async () => {
    const made = await keyPackageOf(alice)
    for (const extension of [applicationId(), { ...lastResortExtension(), data: new Uint8Array(1) }]) {
      const changed = { ...made, extensions: [extension] }
      expect(ruleOf(await verifyKeyPackage(provider, changed, alice.state, startS))).toBe('KP-3')
    }
  })

  test('KP-4 whose init key is its encryption key', async () => {
    const made = await keyPackageOf(alice)
    const changed = { ...made, initKey: made.leafNode.encryptionKey }
    expect(ruleOf(await verifyKeyPackage(provider, changed, alice.state, startS))).toBe('KP-4')
  })

  test('KP-5 whose signatures do not hold', async () => {
    const [made, other] = [await keyPackageOf(alice), await keyPackageOf(alice)]
    const changes = [
      { initKey: other.initKey },
      { signature: other.signature },
      { leafNode: { ...made.leafNode, encryptionKey: other.leafNode.encryptionKey } },
    ]
    for (const changed of changes)
      expect(ruleOf(await verifyKeyPackage(provider, { ...made, ...changed }, alice.state, startS))).toBe(
        'KP-5',
      )
  })

  test('KP-6 that is over by the clock of who takes it, whatever the time of the room', async () => {
    expect(await offered({}, startS + 30 * dayS - 1)).toBe('ok')
    expect(await offered({}, startS + 30 * dayS)).toBe('KP-6')
    const made = await keyPackageOf(alice)
    const taken = async (clockS: number, roomS: number): Promise<string> =>
      ruleOf(await verifyKeyPackage(provider, made, alice.state, clockS, roomS))
    expect(await taken(startS + 29 * dayS, startS + 60 * dayS)).toBe('ok')
    expect(await taken(startS + 30 * dayS, startS)).toBe('KP-6')
    expect(await taken(startS, startS + 91 * dayS)).toBe('LEAF-10')
  })

  test('KP-7 of a device that is revoked, a moment ago as well', async () => {
    const phone = await anotherDevice(alice)
    const made = await keyPackageOf(alice, { device: phone })
    const taken = async (): Promise<string> =>
      ruleOf(await verifyKeyPackage(provider, made, alice.state, startS))
    expect(await taken()).toBe('ok')
    await revoke(alice, phone)
    expect(await taken()).toBe('KP-7')
    // Who reads a commit of that moment in a log does not refuse it.
    expect(ruleOf(await verifyLeaf(provider, made.leafNode, alice.state, startS))).toBe('ok')
  })

  test('whose leaf breaks a rule breaks that rule', async () => {
    expect(await offered({ notAfterS: startS - 2 * dayS })).toBe('LEAF-10')
  })
})
