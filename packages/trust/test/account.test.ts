import { decodeCanonical, encodeCanonical, H, labelled, type SignedLink, toHex } from '@sotto/protocol'
import {
  type AccountState,
  activeDevices,
  buildAddDevice,
  buildGenesis,
  buildRevokeDevice,
  buildRotateIdentity,
  buildSetName,
  comparePin,
  decodeAccountState,
  decodePin,
  encodeAccountState,
  encodePin,
  extendChain,
  keyPairSigner,
  linkTimeAheadMaxS,
  pinOf,
  type SignatureLabel,
  verifyChain,
} from '@sotto/trust'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  anotherDevice,
  dayS,
  type Device,
  deviceOf,
  firstDevice,
  good,
  grow,
  type Person,
  laterS,
  person,
  provider,
  revoke,
  ruleOf,
  signingKey,
  someId,
  startS,
} from './people.ts'

type Raw = [number, Uint8Array | null, number, Uint8Array, number, number, unknown[]]

const rawOf = (link: SignedLink): Raw => decodeCanonical(link.bytes) as unknown as Raw

type By = readonly [{ readonly publicKey: Uint8Array; readonly privateKey: Uint8Array }, SignatureLabel]

/** A link of any content, properly signed: what a hostile holder of the keys could make. */
const forge = async (raw: Raw, signers: readonly By[]): Promise<SignedLink> => {
  const bytes = encodeCanonical(raw as never)
  const signatures: Uint8Array[] = []
  for (const [{ privateKey }, label] of signers)
    signatures.push(await provider.sign('Ed25519', privateKey, labelled(label, bytes)))
  return { bytes, signatures }
}

/** What comes after the newest link of somebody's chain. */
const nextRaw = ({ state }: Person, type: number, body: unknown[], timeS = state.timeS): Raw => [
  1,
  state.account,
  state.seq + 1,
  state.head,
  timeS,
  type,
  body,
]

const rawCertificate = (
  { certificate: c }: Device,
  changed: Partial<Device['certificate']> = {},
): unknown[] => {
  const { device, signingKey: key, sealingKey, kind, createdS, notAfterS } = { ...c, ...changed }
  return [1, device, key, sealingKey, kind, createdS, notAfterS]
}

describe('the chain of an account', () => {
  test('Alice registers, gets a second device, loses the first, changes her name and her identity key', async () => {
    const alice = await person('alice')
    const laptop = firstDevice(alice)
    const phone = await anotherDevice(alice, startS + 10)
    await revoke(alice, laptop, startS + 20)
    const identity = alice.identity
    const next = await signingKey()
    await grow(
      alice,
      await buildSetName({ provider, state: alice.state, identity, name: 'Älice', timeS: startS }),
    )
    await grow(
      alice,
      await buildRotateIdentity({ provider, state: alice.state, identity, next, timeS: startS }),
    )

    const seen = good(await verifyChain(provider, alice.links, laterS))

    expect(seen).toEqual(alice.state)
    expect(seen.account).toEqual(H((alice.links[0] as SignedLink).bytes))
    expect(seen).toMatchObject({ seq: 4, name: 'älice', identityKey: next.publicKey, timeS: startS + 20 })
    expect(activeDevices(seen, startS + 30).map(({ certificate }) => certificate.device)).toEqual([phone.id])
    expect(seen.devices.get(toHex(laptop.id))?.status).toEqual({
      kind: 'revoked',
      seq: 2,
      timeS: startS + 20,
      reason: 'lost',
    })
  })

  test('a device signs out by itself', async () => {
    const alice = await person('alice')
    const device = firstDevice(alice)
    const link = await buildRevokeDevice({
      provider,
      state: alice.state,
      timeS: startS + 5,
      device: device.id,
      reason: 'logout',
      by: { kind: 'device', signer: device.signer },
    })
    const state = good(await extendChain(provider, alice.state, [link], laterS))
    expect(activeDevices(state, startS + 5)).toEqual([])
  })

  test('a state that was stored without the identity keys of before is read', async () => {
    const { state } = await person('alice')
    const stored = decodeCanonical(encodeAccountState(state)) as unknown[]
    const before = encodeCanonical([
      1,
      stored[1],
      (stored[2] as Uint8Array[])[0],
      ...stored.slice(3),
    ] as never)
    expect(decodeAccountState(before)).toEqual(state)
  })

  test('a verified state is stored and comes back as it was', async () => {
    const alice = await person('alice')
    await anotherDevice(alice)
    await revoke(alice, firstDevice(alice))
    expect(decodeAccountState(encodeAccountState(alice.state))).toEqual(alice.state)
  })
})

describe('what a chain refuses', () => {
  let alice: Person
  let mallory: Person
  let fresh: Device
  const identityOf = (who: Person): By => [who.identity, 'chain-identity']
  const deviceBy = ({ key }: Device): By => [key, 'chain-device']
  const extend = async (link: SignedLink): Promise<string> =>
    ruleOf(await extendChain(provider, alice.state, [link], laterS))

  beforeAll(async () => {
    alice = await person('alice')
    mallory = await person('mallory')
    fresh = await deviceOf('web')
  })

  test('CHAIN-1 bytes that are not the one encoding of a link', async () => {
    const raw = nextRaw(alice, 4, ['alicia'])
    const [link] = [await forge(raw, [identityOf(alice)])]
    const unknownType = await forge(nextRaw(alice, 9, ['alicia']), [identityOf(alice)])
    const extraField = await forge(nextRaw(alice, 4, ['alicia', 1]), [identityOf(alice)])
    const otherVersion = await forge([2, ...raw.slice(1)] as Raw, [identityOf(alice)])
    const trailing = { ...link, bytes: new Uint8Array([...link.bytes, 0]) }
    const large = await forge(nextRaw(alice, 4, ['a'.repeat(5000)]), [identityOf(alice)])
    for (const bad of [unknownType, extraField, otherVersion, trailing, large])
      expect(await extend(bad)).toBe('CHAIN-1')
    expect(await extend(link)).toBe('ok')
  })

  test('CHAIN-2 a chain that does not begin with a genesis, or has a second one, or is of another account', async () => {
    const [genesis] = alice.links as [SignedLink]
    expect(ruleOf(await verifyChain(provider, [], laterS))).toBe('CHAIN-2')
    const rename = await buildSetName({ ...alice, provider, name: 'alicia', timeS: startS })
    expect(ruleOf(await verifyChain(provider, [rename], laterS))).toBe('CHAIN-2')
    expect(await extend(genesis)).toBe('CHAIN-2')
    const body = rawOf(genesis)[6]
    const signers = [identityOf(alice), deviceBy(firstDevice(alice))]
    for (const raw of [
      [1, alice.state.account, 0, new Uint8Array(32), startS, 0, body],
      [1, null, 1, new Uint8Array(32), startS, 0, body],
      [1, null, 0, someId('something'), startS, 0, body],
    ] as Raw[])
      expect(ruleOf(await verifyChain(provider, [await forge(raw, signers)], laterS))).toBe('CHAIN-2')
    const raw = nextRaw(alice, 4, ['alicia'])
    raw[1] = mallory.state.account
    expect(await extend(await forge(raw, [identityOf(alice)]))).toBe('CHAIN-2')
    raw[1] = null
    expect(await extend(await forge(raw, [identityOf(alice)]))).toBe('CHAIN-2')
  })

  test('CHAIN-3 a link that leaves one out, comes twice, or follows another link', async () => {
    const skipped = nextRaw(alice, 4, ['alicia'])
    skipped[2] += 1
    const elsewhere = nextRaw(alice, 4, ['alicia'])
    elsewhere[3] = someId('another link')
    const repeated = nextRaw(alice, 4, ['alicia'])
    repeated[2] -= 1
    for (const raw of [skipped, elsewhere, repeated])
      expect(await extend(await forge(raw, [identityOf(alice)]))).toBe('CHAIN-3')
  })

  test('CHAIN-4 a link that is older than the one before', async () => {
    const raw = nextRaw(alice, 4, ['alicia'], alice.state.timeS - 1)
    expect(await extend(await forge(raw, [identityOf(alice)]))).toBe('CHAIN-4')
  })

  test('CHAIN-5 a signature that is missing, too many, of another, or for another purpose', async () => {
    const rename = nextRaw(alice, 4, ['alicia'])
    const adding = nextRaw(alice, 1, [rawCertificate(fresh)])
    const revoking = nextRaw(alice, 2, [firstDevice(alice).id, 'lost'])
    const rotating = nextRaw(alice, 3, [fresh.key.publicKey])
    const cases: readonly (readonly [Raw, readonly By[]])[] = [
      [rename, []],
      [rename, [identityOf(mallory)]],
      [rename, [deviceBy(firstDevice(alice))]],
      [rename, [[alice.identity, 'chain-device']]],
      [rename, [[alice.identity, 'chain-successor']]],
      [rename, [identityOf(alice), identityOf(alice)]],
      [adding, [identityOf(alice)]],
      [adding, [deviceBy(fresh), identityOf(alice)]],
      [adding, [identityOf(alice), deviceBy(firstDevice(alice))]],
      [adding, [identityOf(mallory), deviceBy(fresh)]],
      [adding, [deviceBy(firstDevice(alice)), deviceBy(fresh)]],
      [revoking, [deviceBy(fresh)]],
      [revoking, [identityOf(mallory)]],
      [revoking, [[firstDevice(alice).key, 'chain-identity']]],
      [rotating, [identityOf(alice)]],
      [
        rotating,
        [
          [fresh.key, 'chain-identity'],
          [fresh.key, 'chain-successor'],
        ],
      ],
      [rotating, [identityOf(alice), [fresh.key, 'chain-identity']]],
    ]
    for (const [raw, signers] of cases) expect(await extend(await forge(raw, signers))).toBe('CHAIN-5')
    const body = rawOf(alice.links[0] as SignedLink)[6]
    const genesis: Raw = [1, null, 0, new Uint8Array(32), startS, 0, body]
    for (const signers of [[identityOf(alice)], [identityOf(alice), deviceBy(fresh)]])
      expect(ruleOf(await verifyChain(provider, [await forge(genesis, signers)], laterS))).toBe('CHAIN-5')
  })

  test('ENC-3 a signature over another spelling of the same link', async () => {
    const link = await forge(nextRaw(alice, 4, ['alicia']), [identityOf(alice)])
    // The version, 1, in two bytes: the same link to a lax reader.
    expect(link.bytes[1]).toBe(1)
    const respelled = new Uint8Array([...link.bytes.subarray(0, 1), 0x18, 1, ...link.bytes.subarray(2)])
    const { privateKey } = alice.identity
    const signature = await provider.sign('Ed25519', privateKey, labelled('chain-identity', respelled))
    expect(await extend({ bytes: link.bytes, signatures: [signature] })).toBe('CHAIN-5')
    expect(await extend({ bytes: respelled, signatures: [signature] })).toBe('CHAIN-1')
    expect(await extend(link)).toBe('ok')
  })

  test('CHAIN-6 a certificate that lasts too long, has ended, or begins later than it is issued', async () => {
    const cases: readonly Partial<Device['certificate']>[] = [
      { notAfterS: startS + 400 * dayS + 1 },
      { createdS: startS - 10, notAfterS: startS },
      { createdS: startS + 1 },
    ]
    const issued = async (changed: (typeof cases)[number]): Promise<string> => {
      const raw = nextRaw(alice, 1, [rawCertificate(fresh, changed)])
      return extend(await forge(raw, [identityOf(alice), deviceBy(fresh)]))
    }
    for (const changed of cases) expect(await issued(changed)).toBe('CHAIN-6')
    expect(await issued({ createdS: startS, notAfterS: startS + 400 * dayS })).toBe('ok')
  })

  test('CHAIN-7 a device id or a signing key that the account has used before', async () => {
    const first = firstDevice(alice)
    const sameId = nextRaw(alice, 1, [rawCertificate(fresh, { device: first.id })])
    expect(await extend(await forge(sameId, [identityOf(alice), deviceBy(fresh)]))).toBe('CHAIN-7')
    const sameKey = nextRaw(alice, 1, [rawCertificate(fresh, { signingKey: first.key.publicKey })])
    expect(await extend(await forge(sameKey, [identityOf(alice), deviceBy(first)]))).toBe('CHAIN-7')
    const identityAsDevice = nextRaw(alice, 1, [
      rawCertificate(fresh, { signingKey: alice.identity.publicKey }),
    ])
    const both: readonly By[] = [identityOf(alice), [alice.identity, 'chain-device']]
    expect(await extend(await forge(identityAsDevice, both))).toBe('CHAIN-7')
  })

  test('CHAIN-8 a twenty-first device', async () => {
    const owner = await person('busy')
    for (let i = 1; i < 20; i++) await anotherDevice(owner)
    await expect(anotherDevice(owner)).rejects.toMatchObject({ detail: { rule: 'CHAIN-8' } })
    await revoke(owner, firstDevice(owner))
    await anotherDevice(owner)
  })

  test('CHAIN-9 revoking a device that is not there, or twice', async () => {
    const owner = await person('owner')
    const gone = await anotherDevice(owner)
    await revoke(owner, gone)
    await expect(revoke(owner, gone)).rejects.toMatchObject({ detail: { rule: 'CHAIN-9' } })
    await expect(revoke(owner, fresh)).rejects.toMatchObject({ detail: { rule: 'CHAIN-9' } })
  })

  test('CHAIN-9 a revoked device does not come back', async () => {
    const owner = await person('owner')
    const gone = await anotherDevice(owner)
    await revoke(owner, gone)
    const { certificate, signer } = gone
    const again = buildAddDevice({ ...owner, provider, certificate, signer, timeS: startS })
    await expect(again).rejects.toMatchObject({ detail: { rule: 'CHAIN-7' } })
  })

  test('CHAIN-10 an identity key that is the one before, or a device’s', async () => {
    for (const next of [alice.identity, firstDevice(alice).key])
      await expect(
        buildRotateIdentity({ provider, state: alice.state, identity: alice.identity, next, timeS: startS }),
      ).rejects.toMatchObject({ detail: { rule: 'CHAIN-10' } })
  })

  test('CHAIN-10 CHAIN-7 an identity key that was given up never comes back, in no role', async () => {
    const owner = await person('owner')
    const [first, second] = [owner.identity, await signingKey()]
    const { certificate, key } = await deviceOf('web')
    const rotate = async (identity: typeof first, next: typeof first) =>
      buildRotateIdentity({ provider, state: owner.state, identity, next, timeS: startS })
    await grow(owner, await rotate(first, second))
    await expect(rotate(second, first)).rejects.toMatchObject({ detail: { rule: 'CHAIN-10' } })
    owner.state = decodeAccountState(encodeAccountState(owner.state))
    await expect(rotate(second, first)).rejects.toMatchObject({ detail: { rule: 'CHAIN-10' } })
    await grow(owner, await rotate(second, key))
    for (const { publicKey, privateKey } of [first, second]) {
      const again = buildAddDevice({
        provider,
        state: owner.state,
        identity: key,
        timeS: startS,
        certificate: { ...certificate, signingKey: publicKey },
        signer: keyPairSigner(provider, { publicKey, privateKey }),
      })
      await expect(again).rejects.toMatchObject({ detail: { rule: 'CHAIN-7' } })
    }
  })

  test('CHAIN-11 a name that is not in its one form', async () => {
    for (const name of ['Alice', 'a', 'аlice', 'alice\u202e', ' alice', 'a'.repeat(32)])
      expect(await extend(await forge(nextRaw(alice, 4, [name]), [identityOf(alice)]))).toBe('CHAIN-11')
    const device = await deviceOf('web')
    const identity = await signingKey()
    const wrong: Raw = [
      1,
      null,
      0,
      new Uint8Array(32),
      startS,
      0,
      [identity.publicKey, 'Carol', rawCertificate(device), new Uint8Array(16)],
    ]
    const link = await forge(wrong, [[identity, 'chain-identity'], deviceBy(device)])
    expect(ruleOf(await verifyChain(provider, [link], laterS))).toBe('CHAIN-11')
    await expect(
      buildGenesis({ provider, identity, name: 'аlice', device, timeS: startS }),
    ).rejects.toMatchObject({
      code: 'name_invalid',
    })
  })

  test('CHAIN-12 a chain that grows without end', async () => {
    const long: AccountState = { ...alice.state, seq: 4095, heads: Array(4096).fill(alice.state.head) }
    const raw = nextRaw({ ...alice, state: long }, 4, ['alicia'])
    const link = await forge(raw, [identityOf(alice)])
    expect(ruleOf(await extendChain(provider, long, [link], laterS))).toBe('CHAIN-12')
  })

  test('CHAIN-13 a link from far ahead: no device dates its own revocation so that it never counts', async () => {
    const device = firstDevice(alice)
    const at = async (timeS: number): Promise<string> => {
      const link = await forge(nextRaw(alice, 2, [device.id, 'logout'], timeS), [deviceBy(device)])
      return ruleOf(await extendChain(provider, alice.state, [link], startS))
    }
    expect(await at(startS + 10 * 365 * dayS)).toBe('CHAIN-13')
    expect(await at(startS + linkTimeAheadMaxS + 1)).toBe('CHAIN-13')
    expect(await at(startS + linkTimeAheadMaxS)).toBe('ok')
    expect(ruleOf(await verifyChain(provider, alice.links, startS - linkTimeAheadMaxS - 1))).toBe('CHAIN-13')
    expect(ruleOf(await verifyChain(provider, alice.links, startS - linkTimeAheadMaxS))).toBe('ok')
  })

  test('CHAIN-14 a device that nothing can be sealed to, or everybody could open what is', async () => {
    const usable = fresh.certificate.sealingKey
    const [zeroPoint, onePoint, unreduced, zeroCoefficients] = [0, 1, 2, 3].map(() => usable.slice()) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ]
    zeroPoint.fill(0, 1184)
    onePoint.fill(0, 1184)
    onePoint[1184] = 1
    unreduced.fill(0xff, 0, 3)
    zeroCoefficients.fill(0, 0, 1152)
    for (const sealingKey of [zeroPoint, onePoint, unreduced, zeroCoefficients, new Uint8Array(1216)]) {
      const raw = nextRaw(alice, 1, [rawCertificate(fresh, { sealingKey })])
      expect(await extend(await forge(raw, [identityOf(alice), deviceBy(fresh)]))).toBe('CHAIN-14')
    }
  })

  test('nothing is written that nobody would read', () => {
    const heads = Array.from({ length: 513 }, () => alice.state.account)
    expect(() => encodeAccountState({ ...alice.state, heads })).toThrow('account state')
    expect(() => encodePin({ ...pinOf(alice.state), seq: -1 })).toThrow('pin')
  })

  test('a link that was refused leaves the state before as what is known', async () => {
    const before = structuredClone(alice.state)
    const rename = await buildSetName({ ...alice, provider, name: 'alicia', timeS: startS })
    const bad = await forge(nextRaw(alice, 4, ['mallory']), [identityOf(mallory)])
    expect(ruleOf(await extendChain(provider, alice.state, [rename, bad], laterS))).toBe('CHAIN-3')
    expect(alice.state).toEqual(before)
  })
})

describe('what is remembered of a contact', () => {
  test('the same chain, and one that has grown', async () => {
    const alice = await person('alice')
    const pin = decodePin(encodePin(pinOf(alice.state)))
    expect(comparePin(pin, alice.state).kind).toBe('same')
    await anotherDevice(alice)
    expect(comparePin(pin, alice.state).kind).toBe('extended')
  })

  test('another account under the same name, another branch, a chain that was cut: an identity alarm', async () => {
    const alice = await person('alice')
    const impostor = await person('alice')
    expect(comparePin(pinOf(alice.state), impostor.state).kind).toBe('identity_changed')

    const before = alice.state
    await revoke(alice, firstDevice(alice))
    const pin = pinOf(alice.state)
    expect(comparePin(pin, before).kind).toBe('identity_changed')

    const rename = await buildSetName({
      provider,
      state: before,
      identity: alice.identity,
      name: 'al',
      timeS: startS,
    })
    const branch = good(await extendChain(provider, before, [rename], laterS))
    expect(comparePin(pin, branch).kind).toBe('identity_changed')
  })
})
