import { operations, toHex } from '@sotto/protocol'
import { buildRevokeDevice, buildSetName, keyPairSigner } from '@sotto/trust'
import { describe, expect, it } from 'vitest'
import { refusal } from './client/calling.ts'
import { testClock } from './client/clock.ts'
import {
  addDevice,
  connect,
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
import { createRoom, invite, prepareRoom } from './client/room.ts'
import { testServer } from './client/testServer.ts'

const codeOf = async (work: Promise<unknown>) => (await refusal(work)).code

const revocation = async (by: RawDevice, device: Uint8Array) =>
  buildRevokeDevice({
    provider,
    state: await learn(by, by.account),
    timeS: nowS(),
    device,
    reason: 'lost',
    by: { kind: 'identity', identity: by.identity },
  })

describe('accounts', () => {
  it('are found by name, however it is written', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    const bob = await register(url, 'bob')
    const found = await alice.call(operations.lookUpAccount, { name: 'BOB' })
    expect(found).toMatchObject({ account: bob.account, seq: 0 })
    expect(await codeOf(alice.call(operations.lookUpAccount, { name: 'carol' }))).toBe('name_unknown')
    expect(await codeOf(alice.call(operations.lookUpAccount, { name: 'c' }))).toBe('name_invalid')
    expect(await codeOf(alice.call(operations.readChain, { account: random(32), from: 0 }))).toBe('not_found')
  })

  it('grow by links that hold, at the end of the chain and by the clock', async () => {
    const clock = testClock()
    const { url } = await testServer({ clock })
    const alice = await register(url, 'alice')
    const state = await learn(alice, alice.account)
    const renamed = (name: string, timeS = nowS()) =>
      buildSetName({ provider, state, timeS, identity: alice.identity, name })
    const link = await renamed('alicia')
    const append = (one: typeof link) => alice.call(operations.appendLink, { link: one })
    const forged = { ...link, signatures: [random(64)] }
    expect(await refusal(append(forged))).toEqual({ code: 'policy', detail: { rule: 'CHAIN-5' } })
    expect(await codeOf(append(await renamed('alicia', nowS() + 3600)))).toBe('bad_request')
    expect(await append(link)).toMatchObject({ seq: 1 })
    expect(await refusal(append(link))).toEqual({ code: 'policy', detail: { rule: 'CHAIN-3' } })
    expect((await alice.call(operations.lookUpAccount, { name: 'alicia' })).seq).toBe(1)
    expect(await codeOf(alice.call(operations.lookUpAccount, { name: 'alice' }))).toBe('name_unknown')
  })

  it('cannot take the name of another', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    await register(url, 'bob')
    const state = await learn(alice, alice.account)
    const link = await buildSetName({ provider, state, timeS: nowS(), identity: alice.identity, name: 'bob' })
    expect(await codeOf(alice.call(operations.appendLink, { link }))).toBe('name_taken')
  })

  it('take one of two links that come at once', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    const state = await learn(alice, alice.account)
    const links = await Promise.all(
      ['alicia', 'alison'].map((name) =>
        buildSetName({ provider, state, timeS: nowS(), identity: alice.identity, name }),
      ),
    )
    const codes = await Promise.all(links.map((link) => codeOf(alice.call(operations.appendLink, { link }))))
    expect(codes.toSorted()).toEqual(['accepted', 'policy'])
  })

  it('end the sessions, sockets and key packages of a device that is revoked', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    const second = await addDevice(alice)
    await publish(second)
    const socket = await connect(second)
    await alice.call(operations.appendLink, { link: await revocation(alice, second.id) })
    expect(await socket.closed).toBe(4401)
    expect(await codeOf(second.call(operations.readSession, {}))).toBe('unauthorized')
    const as = { account: second.account, device: second.id, signer: second.signer }
    expect(await codeOf(login(url, 'alice', second.password, as))).toBe('device_unknown')
    const bob = await register(url, 'bob')
    const room = await createRoom(bob)
    const claim = bob.call(operations.claimKeyPackages, { room: room.id, account: alice.account })
    expect(await codeOf(claim)).toBe('key_package_unavailable')
  })
})

describe('the ends of chains', () => {
  it('LIVE-6: are told to who asks for many, and to who shares a room when one grows', async () => {
    const { url } = await testServer()
    const [alice, bob, eve] = [
      await register(url, 'alice'),
      await register(url, 'bob'),
      await register(url, 'eve'),
    ]
    await publish(bob)
    const room = await createRoom(alice)
    await invite(room, bob.account)
    const second = await addDevice(bob)
    const asked = { accounts: [alice.account, random(32), bob.account] }
    expect(await eve.call(operations.readChainEnds, asked)).toEqual({ seqs: [0, null, 1] })
    const [hers, theirs] = [await connect(alice), await connect(eve)]
    await bob.call(operations.appendLink, { link: await revocation(bob, second.id) })
    expect(await hers.next('chain')).toEqual({ kind: 'chain', account: bob.account, seq: 2 })
    theirs.send({ kind: 'ping', nonce: 1 })
    await theirs.next('pong')
    expect(theirs.frames.some(({ kind }) => kind === 'chain')).toBe(false)
  })
})

describe('the chains of many accounts', () => {
  it('are answered while they fit into so many bytes, and the first whatever its size', async () => {
    const server = await testServer()
    const people = [
      await register(server.url, 'alice'),
      await register(server.url, 'bob'),
      await register(server.url, 'carol'),
    ] as const
    const [alice] = people
    const asked = people.map(({ account }) => ({ account, from: 0 }))
    const bytesOf = async (count: number): Promise<number> => {
      const { chains } = await alice.call(operations.readChains, { asked: asked.slice(0, count) })
      const links = chains.flatMap((chain) => chain?.links ?? [])
      return links
        .flatMap(({ bytes, signatures }) => [bytes, ...signatures])
        .reduce((sum, { length }) => sum + length, 0)
    }
    const [one, two, three] = [await bytesOf(1), await bytesOf(2), await bytesOf(3)]
    const given = async (chainsPerAnswerBytesMax: number): Promise<number> => {
      await server.restart({ limits: { chainsPerAnswerBytesMax } })
      alice.url = server.url
      return (await alice.call(operations.readChains, { asked })).chains.length
    }
    expect(await given(three)).toBe(3)
    expect(await given(three - 1)).toBe(2)
    expect(await given(two - 1)).toBe(1)
    expect(await given(one - 1)).toBe(1)
  })
})

describe('links that the server has lost', () => {
  /** Alice has revoked her second device since the backup, and Bob has read that. */
  const restored = async () => {
    const server = await testServer()
    const alice = await register(server.url, 'alice')
    const bob = await register(server.url, 'bob')
    const second = await addDevice(alice)
    const devices = [alice, bob, second]
    const backup = await server.backup()
    for (const device of devices) device.url = server.url
    const link = await revocation(alice, second.id)
    await alice.call(operations.appendLink, { link })
    const { links, receipt } = await bob.call(operations.readChain, { account: alice.account, from: 2 })
    await server.restore(backup)
    for (const device of devices) device.url = server.url
    return { alice, bob, second, links, receipt }
  }

  it('HEAL-6: are handed back by anybody who has read them, and count as before', async () => {
    const { alice, bob, second, links, receipt } = await restored()
    expect(await codeOf(second.call(operations.readSession, {}))).toBe('accepted')
    const handBack = () => bob.call(operations.handBackLinks, { account: alice.account, links, receipt })
    expect(await handBack()).toEqual({ seq: 2 })
    expect(await codeOf(second.call(operations.readSession, {}))).toBe('unauthorized')
    expect(await bob.call(operations.readChain, { account: alice.account, from: 2 })).toEqual({
      links,
      receipt,
    })
    expect(await refusal(handBack())).toEqual({ code: 'policy', detail: { rule: 'CHAIN-3' } })
  })

  it('are refused where it has not signed that it had taken them: they could be dated back', async () => {
    const { alice, bob, second, links, receipt } = await restored()
    const { account } = alice
    const earlier = await bob.call(operations.readChain, { account, from: 0 })
    const other = await bob.call(operations.readChain, { account: bob.account, from: 0 })
    const handBack = (input: { readonly links: typeof links; readonly receipt: Uint8Array }, of = account) =>
      codeOf(bob.call(operations.handBackLinks, { account: of, ...input }))
    for (const wrong of [earlier.receipt, other.receipt, random(64)])
      expect(await handBack({ links, receipt: wrong })).toBe('forbidden')
    const state = await learn(bob, account)
    const backdated = await buildRevokeDevice({
      provider,
      state,
      timeS: state.timeS,
      device: second.id,
      reason: 'logout',
      by: { kind: 'identity', identity: alice.identity },
    })
    expect(await handBack({ links: [backdated], receipt })).toBe('forbidden')
    expect(await handBack({ links: [...links, backdated], receipt })).toBe('policy')
    expect(await handBack({ links, receipt }, bob.account)).toBe('policy')
    expect(await handBack({ links, receipt }, random(32))).toBe('not_found')
    expect((await bob.call(operations.readChain, { account, from: 2 })).links).toEqual([])
  })
})

describe('key packages', () => {
  it('are verified when they are handed in', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    const bob = await register(url, 'bob')
    const put = (oneTime: readonly Uint8Array[], lastResort: Uint8Array | null = null, by = alice) =>
      refusal(by.call(operations.publishKeyPackages, { oneTime, lastResort, replace: false }))
    const { bytes } = await makeBundle(alice)
    expect((await put([random(500)])).code).toBe('bad_request')
    expect((await put([bytes.slice(0, -1)])).code).toBe('bad_request')
    const spoiled = bytes.slice()
    spoiled[spoiled.length - 1] = (spoiled.at(-1) as number) ^ 1
    expect(await put([spoiled])).toEqual({ code: 'policy', detail: { rule: 'KP-5' } })
    expect((await put([bytes], null, bob)).code).toBe('policy')
    const stranger = {
      ...alice,
      signer: keyPairSigner(provider, await provider.signatureGenerate('Ed25519')),
    }
    expect((await put([(await makeBundle(stranger)).bytes])).detail).toEqual({ rule: 'LEAF-7' })
    const old = await makeBundle(alice, { atS: nowS() - 40 * 86_400 })
    expect((await put([old.bytes])).code).toBe('policy')
    expect((await put([], bytes)).code).toBe('bad_request')
    expect((await put([(await makeBundle(alice, { lastResort: true })).bytes])).code).toBe('bad_request')
    const counted = await alice.call(operations.countKeyPackages, {})
    expect(counted).toEqual({ remaining: 0, lastResort: false })
    expect((await put([bytes])).code).toBe('accepted')
  })

  it('are those of the device that hands them in', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    const second = await addDevice(alice)
    const { bytes } = await makeBundle(second)
    const handed = alice.call(operations.publishKeyPackages, {
      oneTime: [bytes],
      lastResort: null,
      replace: false,
    })
    expect(await codeOf(handed)).toBe('device_unknown')
  })

  it('DEL-9: are handed out one for each device, each once, then the last resort', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    const bob = await register(url, 'bob')
    const second = await addDevice(bob)
    expect(await publish(bob, 2, true)).toBe(2)
    await publish(second, 1)
    const room = await createRoom(alice)
    const claim = async () =>
      (await alice.call(operations.claimKeyPackages, { room: room.id, account: bob.account })).packages
    const [first, next, last, again] = [await claim(), await claim(), await claim(), await claim()]
    expect(first.map(({ device }) => toHex(device)).toSorted()).toEqual(
      [bob.id, second.id].map(toHex).toSorted(),
    )
    expect(next.map(({ lastResort }) => lastResort)).toEqual([false])
    expect(last).toEqual(again)
    expect(last.map(({ lastResort }) => lastResort)).toEqual([true])
    const oneTime = [...first, ...next].map(({ keyPackage }) => toHex(keyPackage))
    expect(new Set(oneTime).size).toBe(3)
    expect(await bob.call(operations.countKeyPackages, {})).toEqual({ remaining: 0, lastResort: true })
  })

  it('are never handed to two who ask at once', async () => {
    const { url } = await testServer()
    const bob = await register(url, 'bob')
    await publish(bob, 5)
    const rooms = []
    for (const name of ['alice', 'carol', 'dave']) rooms.push(await createRoom(await register(url, name)))
    const claims = await Promise.allSettled(
      [...rooms, ...rooms, ...rooms].map(({ device, id }) =>
        device.call(operations.claimKeyPackages, { room: id, account: bob.account }),
      ),
    )
    const handed = claims.flatMap((claim) =>
      claim.status === 'fulfilled' ? claim.value.packages.map(({ keyPackage }) => toHex(keyPackage)) : [],
    )
    expect(handed).toHaveLength(5)
    expect(new Set(handed).size).toBe(5)
  })

  it('DEL-9: go only to those who may invite into the room that they name', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    const bob = await register(url, 'bob')
    const carol = await register(url, 'carol')
    await publish(bob, 3)
    await publish(carol, 3)
    const { group, input } = await prepareRoom(alice, {
      change: (policy) => ({ ...policy, permissions: { ...policy.permissions, invite: 2 } }),
    })
    const { ack } = await alice.call(operations.createRoom, input)
    const room = {
      device: alice,
      id: input.room,
      group,
      seq: ack.seq,
      hash: ack.hash,
      counter: 0,
      texts: [],
      own: new Set<string>(),
    }
    await invite(room, bob.account)
    const claim = (by: RawDevice, at: Uint8Array) =>
      codeOf(by.call(operations.claimKeyPackages, { room: at, account: carol.account }))
    expect(await claim(bob, room.id)).toBe('forbidden')
    expect(await claim(carol, room.id)).toBe('forbidden')
    expect(await claim(bob, random(16))).toBe('room_unknown')
    expect(await claim(alice, room.id)).toBe('accepted')
    const nobody = alice.call(operations.claimKeyPackages, { room: room.id, account: random(32) })
    expect(await codeOf(nobody)).toBe('not_found')
  })

  it('DEL-9: cannot be drained, nor can anybody keep others from inviting: beyond so many a day the last resort is handed out', async () => {
    const { url } = await testServer({
      limits: { keyPackageClaimsPerHour: 3, keyPackageClaimsPerTargetPerDay: 4 },
    })
    const bob = await register(url, 'bob')
    await publish(bob, 10, true)
    const second = await addDevice(bob)
    await publish(second, 10)
    const alice = await createRoom(await register(url, 'alice'))
    const carol = await createRoom(await register(url, 'carol'))
    const claim = async ({ device, id }: typeof alice) => {
      const claimed = device.call(operations.claimKeyPackages, { room: id, account: bob.account })
      const { code } = await refusal(claimed)
      return code === 'accepted' ? (await claimed).packages.map(({ lastResort }) => lastResort) : code
    }
    const outcomes = []
    for (const who of [alice, alice, alice, alice, carol, carol, carol, carol])
      outcomes.push(await claim(who))
    const oneTime = [false, false]
    // The second device has no last resort: it is added by the first, or comes in from outside.
    const last = [true]
    expect(outcomes).toEqual([oneTime, oneTime, oneTime, 'rate', oneTime, last, last, 'rate'])
    expect((await bob.call(operations.countKeyPackages, {})).remaining).toBe(6)
    // Devices of one account are not strangers to each other.
    const theirs = await createRoom(bob)
    const own = await bob.call(operations.claimKeyPackages, { room: theirs.id, account: bob.account })
    expect(own.packages.map(({ lastResort }) => lastResort)).toEqual([false])
  })

  it('of one person are claimed by one other so often a day, whatever the hour allows', async () => {
    const { url } = await testServer({ limits: { keyPackageClaimsPerHour: 10, keyPackageClaimsPerDay: 2 } })
    const [bob, carol] = [await register(url, 'bob'), await register(url, 'carol')]
    await publish(bob, 10)
    await publish(carol, 10)
    const { device, id } = await createRoom(await register(url, 'alice'))
    const claim = ({ account }: RawDevice) =>
      refusal(device.call(operations.claimKeyPackages, { room: id, account }))
    expect((await claim(bob)).code).toBe('accepted')
    expect((await claim(bob)).code).toBe('accepted')
    const refused = await claim(bob)
    expect(refused.code).toBe('rate')
    // The hour would have it over sooner.
    expect(refused.detail?.['retryAfterMs']).toBeGreaterThan(3_600_000)
    expect((await claim(carol)).code).toBe('accepted')
  })

  it('that are drained and have no last resort cannot be claimed', async () => {
    const { url } = await testServer({ limits: { keyPackageClaimsPerTargetPerDay: 1 } })
    const bob = await register(url, 'bob')
    await publish(bob, 10)
    const { device, id } = await createRoom(await register(url, 'alice'))
    const claim = () => codeOf(device.call(operations.claimKeyPackages, { room: id, account: bob.account }))
    expect([await claim(), await claim()]).toEqual(['accepted', 'key_package_unavailable'])
  })
})

describe('the vault', () => {
  it('keeps each slot with a counter that only rises', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    const write = (slot: string, counter: number) =>
      refusal(alice.call(operations.writeVaultSlot, { slot, counter, sealed: random(50) }))
    expect((await write('root', 2)).code).toBe('accepted')
    expect(await write('root', 2)).toEqual({ code: 'client_rollback', detail: { lastCounter: 2 } })
    expect((await write('data', 1)).code).toBe('accepted')
    expect((await write('other', 1)).code).toBe('not_found')
    expect((await alice.call(operations.readVaultSlot, { slot: 'root' })).counter).toBe(2)
    const bob = await register(url, 'bob')
    expect(await codeOf(bob.call(operations.readVaultSlot, { slot: 'data' }))).toBe('not_found')
  })
})
