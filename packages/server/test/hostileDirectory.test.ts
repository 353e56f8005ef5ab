import { limits, operations } from '@sotto/protocol'
import { buildAddDevice, buildRevokeDevice, buildSetName, keyPairSigner, signLabelled } from '@sotto/trust'
import { describe, expect, it } from 'vitest'
import { callOperation as callAs, refusal } from './client/calling.ts'
import {
  addDevice,
  learn,
  login,
  makeBundle,
  nowS,
  provider,
  publish,
  random,
  type RawDevice,
  register,
} from './client/device.ts'
import {
  acceptWelcome,
  adopt,
  createRoom,
  invite,
  prepareCommit,
  prepareExternalJoin,
} from './client/room.ts'
import { testServer } from './client/testServer.ts'
import { codeOf, leafOf } from './client/together.ts'

const append = (by: RawDevice, link: Awaited<ReturnType<typeof buildSetName>>) =>
  refusal(by.call(operations.appendLink, { link }))

describe('the chain of another', () => {
  it('does not grow by what others post, whoever has signed it', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    const mallory = await register(url, 'mallory')
    const state = await learn(alice, alice.account)
    const renaming = { provider, state, timeS: nowS(), name: 'alicia' }
    const genuine = await buildSetName({ ...renaming, identity: alice.identity })
    // Signed as a link is, by whoever posts it.
    const signature = await signLabelled(mallory.signer, 'chain-identity', genuine.bytes)
    const forged = { ...genuine, signatures: [signature] }
    // A link is of the account whose session posts it.
    expect((await append(mallory, genuine)).code).toBe('policy')
    expect((await append(mallory, forged)).code).toBe('policy')
    expect((await append(alice, forged)).code).toBe('policy')
    expect((await learn(mallory, alice.account)).seq).toBe(0)
    expect((await append(alice, genuine)).code).toBe('accepted')
  })

  it('keeps its devices: nobody takes the id of one into a chain of their own', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    const mallory = await register(url, 'mallory')
    const key = await provider.signatureGenerate('Ed25519')
    const certificate = {
      ...mallory.certificate,
      device: alice.id,
      signingKey: key.publicKey,
      createdS: nowS(),
    }
    const link = await buildAddDevice({
      provider,
      state: await learn(mallory, mallory.account),
      timeS: nowS(),
      identity: mallory.identity,
      certificate,
      signer: keyPairSigner(provider, key),
    })
    expect((await append(mallory, link)).code).toBe('policy')
    expect((await learn(alice, mallory.account)).seq).toBe(0)
    expect(await codeOf(alice.call(operations.readSession, {}))).toBe('accepted')
  })

  it('is not ended by a device of it that was revoked, nor by the password alone', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    const second = await addDevice(alice)
    const state = await learn(alice, alice.account)
    const lost = { provider, state, timeS: nowS(), device: second.id, reason: 'lost' } as const
    const link = await buildRevokeDevice({ ...lost, by: { kind: 'identity', identity: alice.identity } })
    expect((await append(alice, link)).code).toBe('accepted')
    const after = await learn(alice, alice.account)
    const { account, seq, head } = after
    // Whoever has only the password, or a device that is revoked, can post links, and has no key to sign one.
    const { token } = await login(url, 'alice', alice.password, null)
    const call: RawDevice['call'] = (op, input) => callAs(url, op, input, token)
    const renaming = { provider, state: after, timeS: nowS(), identity: alice.identity, name: 'alicia' }
    const genuine = await buildSetName(renaming)
    for (const signer of [
      second.signer,
      keyPairSigner(provider, await provider.signatureGenerate('Ed25519')),
    ]) {
      const forged = { ...genuine, signatures: [await signLabelled(signer, 'chain-identity', genuine.bytes)] }
      expect(await append({ ...alice, call }, forged)).toEqual({
        code: 'policy',
        detail: { rule: 'CHAIN-5' },
      })
    }
    expect(await learn(alice, account)).toMatchObject({ seq, head })
  })
})

describe('key packages', () => {
  it('cannot be claimed by who has left, or for a room that one has no leaf in', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    const bob = await register(url, 'bob')
    const carol = await register(url, 'carol')
    await publish(bob)
    await publish(carol, 5)
    const hers = await createRoom(alice)
    await invite(hers, bob.account)
    const claim = (by: RawDevice) =>
      codeOf(by.call(operations.claimKeyPackages, { room: hers.id, account: carol.account }))
    await acceptWelcome(bob, hers.id)
    expect(await claim(bob)).toBe('accepted')
    // A device of a member that is not in the room itself may come in; it invites nobody before.
    const second = await addDevice(bob)
    expect(await claim(second)).toBe('forbidden')
    const { room, prepared } = await prepareExternalJoin(second, hers.id, {
      counter: 0,
      seq: hers.seq,
      hash: hers.hash,
    })
    await adopt(room, prepared)
    expect(await claim(second)).toBe('accepted')
    await learn(bob, bob.account)
    await learn(second, bob.account)
    await adopt(
      room,
      await prepareCommit(room, { proposals: [{ kind: 'remove', removed: leafOf(room, bob) }] }),
    )
    expect(await claim(bob)).toBe('forbidden')
  })

  it('are bounded in number, for each upload and in all', async () => {
    const { url } = await testServer({ limits: { keyPackagesStoredMax: 3 } })
    const bob = await register(url, 'bob')
    const one = (await makeBundle(bob)).bytes
    const many = Array.from({ length: limits.keyPackagesPerUploadMax + 1 }, () => one)
    const put = (oneTime: readonly Uint8Array[]) =>
      codeOf(bob.call(operations.publishKeyPackages, { oneTime, lastResort: null, replace: false }))
    expect(await put(many)).toBe('bad_request')
    expect(await publish(bob, 5)).toBe(3)
    expect(await publish(bob, 2)).toBe(3)
  })

  it('of others are not withdrawn: a device replaces its own', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    const second = await addDevice(alice)
    await publish(alice, 3)
    await publish(second, 2)
    await second.call(operations.publishKeyPackages, { oneTime: [], lastResort: null, replace: true })
    expect((await alice.call(operations.countKeyPackages, {})).remaining).toBe(3)
    expect((await second.call(operations.countKeyPackages, {})).remaining).toBe(0)
  })
})

describe('the vault', () => {
  it('is the account’s own, and takes no more than a slot', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    const mallory = await register(url, 'mallory')
    const slot = { slot: 'data', counter: 1, sealed: random(limits.vaultSlotBytesMax) }
    expect(await codeOf(alice.call(operations.writeVaultSlot, slot))).toBe('accepted')
    expect(await codeOf(mallory.call(operations.readVaultSlot, { slot: 'data' }))).toBe('not_found')
    const larger = { ...slot, counter: 2, sealed: random(limits.vaultSlotBytesMax + 1) }
    expect(['bad_request', 'too_large']).toContain(
      await codeOf(alice.call(operations.writeVaultSlot, larger)),
    )
    for (const name of ['', '../root', 'ROOT', 'root ', '__proto__', 'x'.repeat(16)])
      expect(['not_found', 'bad_request']).toContain(
        await codeOf(alice.call(operations.readVaultSlot, { slot: name })),
      )
    const { counter } = await alice.call(operations.readVaultSlot, { slot: 'data' })
    expect(counter).toBe(1)
  })
})
