import type { Credential } from '@sotto/mls/public'
import { decodeEnvelope, encodeEnvelope, type SignedLink } from '@sotto/protocol'
import {
  buildJoinProof,
  buildSetName,
  decodeAccountState,
  decodePin,
  decodePolicy,
  encodeAccountState,
  encodePin,
  encodePolicy,
  newPolicy,
  parseLeafIdentity,
  parseLink,
  pinOf,
  refoundPolicy,
  verifyJoinProof,
  withMember,
} from '@sotto/trust'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  anotherDevice,
  firstDevice,
  leafOf,
  type Person,
  person,
  provider,
  revoke,
  someId,
  startS,
} from './people.ts'
import { envelopeOf, metaHash, room } from './rooms.ts'
import { variantsOf } from './hostileBytes.ts'

/** Whether a reader takes the bytes, for each structure that is signed, hashed or stored. */
interface Structure {
  readonly name: string
  readonly bytes: Uint8Array
  /** What was read, in any form that differs where the meaning does; undefined when it was refused. */
  readonly read: (bytes: Uint8Array) => unknown
}

const orRefused = (read: () => unknown): unknown => {
  try {
    return read()
  } catch {
    return undefined
  }
}
const valueOf = (verdict: { readonly kind: string; readonly value?: unknown }): unknown => verdict.value

let alice: Person
let structures: readonly Structure[]

beforeAll(async () => {
  alice = await person('alice')
  const genesis = alice.links[0] as SignedLink
  const rename = await buildSetName({ ...alice, provider, name: 'alicia', timeS: startS })
  await anotherDevice(alice)
  const adding = alice.links[1] as SignedLink
  await revoke(alice, firstDevice(alice))
  const revoking = alice.links[2] as SignedLink
  const predecessor = {
    groupId: room,
    epoch: 300,
    transcriptHash: someId('t'),
    seq: 70_000,
    hash: someId('h'),
  }
  const policy = refoundPolicy(
    withMember(newPolicy({ room, owner: someId('alice'), kind: 'group', metaHash }), someId('bob')),
    { room: someId('anew', 16), predecessor, metaHash },
  )
  const { identity } = (await leafOf(alice, { device: alice.devices[1] as never }))
    .credential as Credential & {
    kind: 'basic'
  }
  const join = { groupId: room, epoch: 5n, confirmedTranscriptHash: someId('t'), leafKey: someId('leaf') }
  const proof = await buildJoinProof(firstDevice(alice).signer, join)
  const link = (name: string, { bytes, signatures }: SignedLink): Structure => ({
    name,
    bytes,
    read: (changed) => valueOf(parseLink({ bytes: changed, signatures })),
  })
  structures = [
    link('genesis', genesis),
    link('add_device', adding),
    link('revoke_device', revoking),
    link('set_name', rename),
    {
      name: 'credential',
      bytes: identity,
      read: (bytes) => valueOf(parseLeafIdentity({ kind: 'basic', identity: bytes })),
    },
    { name: 'policy', bytes: encodePolicy(policy), read: (bytes) => valueOf(decodePolicy(bytes)) },
    {
      name: 'account state',
      bytes: encodeAccountState(alice.state),
      read: (bytes) => orRefused(() => decodeAccountState(bytes)),
    },
    { name: 'pin', bytes: encodePin(pinOf(alice.state)), read: (bytes) => orRefused(() => decodePin(bytes)) },
    {
      name: 'envelope',
      bytes: encodeEnvelope(envelopeOf({ extension: proof })),
      read: (bytes) => orRefused(() => decodeEnvelope(bytes)),
    },
  ]
})

describe('T-CANON there is one encoding of everything', () => {
  test('T-CANON each structure is read as it was written', () => {
    for (const { name, bytes, read } of structures) expect(read(bytes), name).toBeDefined()
  })

  test('T-CANON each other way of writing it is refused', () => {
    let tried = 0
    for (const { name, bytes, read } of structures)
      for (const [what, variant] of variantsOf(bytes)) {
        expect(read(variant), `${name}: ${what}`).toBeUndefined()
        tried++
      }
    expect(tried).toBeGreaterThan(600)
  })

  test('T-CANON a byte that changed makes it another value, or none', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (which, where, change) => {
        const { bytes, read } = structures[which % structures.length] as Structure
        const changed = bytes.slice()
        const at = where % bytes.length
        changed[at] = (changed[at] as number) ^ change
        const value = read(changed)
        if (value !== undefined) expect(value).not.toEqual(read(bytes))
      }),
      { numRuns: 3000 },
    )
  })

  test('T-CANON a join proof in other bytes proves nothing', async () => {
    const device = firstDevice(alice)
    const join = { groupId: room, epoch: 5n, confirmedTranscriptHash: someId('t'), leafKey: someId('leaf') }
    const extension = await buildJoinProof(device.signer, join)
    expect(await verifyJoinProof(provider, device.key.publicKey, join, extension)).toBe(true)
    for (const [what, variant] of variantsOf(extension))
      expect(await verifyJoinProof(provider, device.key.publicKey, join, variant), what).toBe(false)
  })
})
