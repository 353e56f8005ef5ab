import { type KeyPackageBundle, memberCount, pathWeight, readMessage } from '@sotto/mls'
import { decodeCommitAttachment, limits } from '@sotto/protocol'
import { extensionsWithPolicy, type Policy, policyOf } from '@sotto/trust'
import { describe, expect, it } from 'vitest'
import { cellOf } from '../../src/cell.ts'
import { askedNobody } from '../../src/room/attempt.ts'
import { stageCommit } from '../../src/room/commit.ts'
import { fillingAtFirst, fillInTime } from '../../src/room/filling.ts'
import { decide, type Situation } from '../../src/room/decide.ts'
import { joinRoom } from '../../src/room/enter.ts'
import type { Invitation, Pending } from '../../src/room/state.ts'
import {
  bundleOf,
  calmAt,
  comeIn,
  handIn,
  invitationBy,
  roomOf,
  type Side,
  somebody,
  type Somebody,
  startS,
  toolsOf,
} from './people.ts'

const invitationOf = ({ name, state }: Somebody, ...bundles: readonly KeyPackageBundle[]): Invitation => ({
  kind: 'invite',
  id: name,
  account: state.account,
  keyPackages: bundles.map(({ bytes }) => bytes),
})

/** What is to be done next, done where it is a commit. @returns what it was for */
const commitNext = async (side: Side, situation: Partial<Situation> = {}): Promise<readonly string[]> => {
  const [action] = decide(side.room, { ...calmAt(side.room, startS), ...situation })
  if (action?.kind !== 'commit') throw new Error(`not a commit but ${action?.kind}`)
  await side.take(stageCommit(side.tools, side.room, action.purpose, startS, askedNobody))
  return side.room.pending?.intents ?? []
}

const named = (count: number): Promise<readonly Somebody[]> =>
  Promise.all(Array.from({ length: count }, (_, at) => somebody(`guest${at}`)))

/** Alice alone in a room, who knows everybody. */
const founded = async (guests: readonly Somebody[]): Promise<Side> => {
  const alice = await somebody('alice')
  const { ledger, sides } = await roomOf(alice)
  const [host] = sides
  if (!host) throw new Error('nobody')
  return Object.assign(host, { ledger, tools: toolsOf(alice, [alice, ...guests]) })
}

describe('people who are invited at once', () => {
  it('CL-14: come in by one commit, with one Welcome, and the timeline names each', async () => {
    const guests = await named(5)
    const alice = await founded(guests)
    const bundles = await Promise.all(guests.map(bundleOf))
    const intents = guests.map((guest, at) => invitationOf(guest, bundles[at] as KeyPackageBundle))
    alice.room = { ...alice.room, intents }
    expect(await commitNext(alice)).toEqual(guests.map(({ name }) => name))
    const pending = handIn(alice)
    const { welcome } = decodeCommitAttachment(pending.attachment as Uint8Array)
    expect(readMessage(welcome as Uint8Array)).toMatchObject({ newMembers: { length: 5 } })
    expect(pending.events).toHaveLength(5)
    expect(await alice.catchUp()).toBe('fits')
    expect(alice.room.intents).toEqual([])
    expect(alice.room.summary.memberCount).toBe(6)
    const last = await comeIn(
      alice,
      pending,
      toolsOf(guests[4] as Somebody, known(alice, guests)),
      bundles[4] as KeyPackageBundle,
    )
    expect(last.room.summary.memberCount).toBe(6)
  })

  it('CL-7: come in by the Welcome of the commit that stands in the log, and not into an epoch they have been in', async () => {
    const [guest] = await named(1)
    if (!guest) throw new Error('nobody')
    const alice = await founded([guest])
    const bundle = await bundleOf(guest)
    const before = alice.room
    alice.room = { ...before, intents: [invitationOf(guest, bundle)] }
    await commitNext(alice)
    const withheld = alice.room.pending as Pending
    // Another commit stands where the Welcome says that its own does.
    alice.room = before
    const refresh = { kind: 'intent', intent: { kind: 'refresh', id: 'refresh' } } as const
    await alice.take(stageCommit(alice.tools, alice.room, refresh, startS, askedNobody))
    handIn(alice)
    const tools = toolsOf(guest, known(alice, [guest]))
    await expect(comeIn(alice, withheld, tools, bundle)).rejects.toMatchObject({ code: 'integrity' })

    await alice.catchUp()
    alice.room = { ...alice.room, intents: [invitationOf(guest, bundle)] }
    await commitNext(alice)
    const pending = handIn(alice)
    const side = await comeIn(alice, pending, tools, bundle)
    expect(side.room.phase.kind).toBe('active')
    const again = joinRoom(tools, side.room, invitationBy(alice, pending, bundle), askedNobody)
    await expect(again).rejects.toMatchObject({ code: 'server_rollback' })
  })

  it('CL-14: are not kept out by one of them whom nobody may bring in', async () => {
    const guests = await named(4)
    const alice = await founded(guests)
    const bundles = await Promise.all(guests.map(bundleOf))
    const [one, two, three, four] = guests.map((guest, at) =>
      invitationOf(guest, bundles[at] as KeyPackageBundle),
    )
    // The key package of another.
    const false3 = { ...(three as Invitation), keyPackages: (two as Invitation).keyPackages }
    alice.room = { ...alice.room, intents: [one, two, false3, four] as Invitation[] }
    expect(await commitNext(alice)).toEqual(['guest0', 'guest1'])
    handIn(alice)
    await alice.catchUp()
    expect(await commitNext(alice)).toEqual([])
    expect(alice.steps.at(-1)?.told).toMatchObject([
      { kind: 'intent', intent: 'guest2', result: { kind: 'failed', code: 'policy' } },
    ])
    expect(await commitNext(alice)).toEqual(['guest3'])
  })

  it('hear that the room is full where it has no place', async () => {
    const guests = await named(2)
    const alice = await founded(guests)
    const { group } = alice.room
    const policy = group && policyOf(group.public.context)
    if (!group || policy?.kind !== 'ok') throw new Error('no room')
    const strangers = Array.from({ length: limits.leavesPerRoomMax - 2 }, (_, at) => ({
      account: new Uint8Array(32)
        .fill(1)
        .with(0, at >> 8)
        .with(1, at & 255),
      role: 1,
    }))
    const members = [...policy.value.members, ...strangers].toSorted((a, b) =>
      Buffer.compare(a.account, b.account),
    )
    const context = {
      ...group.public.context,
      extensions: extensionsWithPolicy(group.public.context, { ...policy.value, members } as Policy),
    }
    const intents = await Promise.all(guests.map(async (guest) => invitationOf(guest, await bundleOf(guest))))
    alice.room = { ...alice.room, group: { ...group, public: { ...group.public, context } }, intents }
    const purposeOf = () => {
      const [action] = decide(alice.room, calmAt(alice.room, startS))
      if (action?.kind !== 'commit') throw new Error('not a commit')
      return action.purpose
    }
    // One place is left: the second is not tried together with the first.
    expect(purposeOf()).toMatchObject({ intents: [{ id: 'guest0' }] })
    const [, second] = intents as [Invitation, Invitation]
    const twoDevices = { ...second, keyPackages: [...second.keyPackages, ...second.keyPackages] }
    alice.room = { ...alice.room, intents: [twoDevices] }
    expect(await commitNext(alice)).toEqual([])
    expect(alice.steps.at(-1)?.told).toMatchObject([
      { intent: 'guest1', result: { kind: 'failed', code: 'room_full' } },
    ])
  })

  it('are as many as one commit may bring in, and as the server has taken together', async () => {
    const [guest] = await named(1)
    const { account } = (await founded([])).tools
    const alice = await founded([])
    const many = Array.from({ length: 100 }, (_, at): Invitation => ({
      kind: 'invite',
      id: `i${at}`,
      account: new Uint8Array(32).fill(at + 1),
      keyPackages: [new Uint8Array([at])],
    }))
    const firstOf = (intents: readonly Invitation[], together = 64): number => {
      const [action] = decide({ ...alice.room, intents }, { ...calmAt(alice.room, startS), together })
      if (action?.kind !== 'commit' || action.purpose.kind !== 'invitations') throw new Error('not those')
      return action.purpose.intents.length
    }
    expect(firstOf(many)).toBe(64)
    expect(firstOf(many, 16)).toBe(16)
    const withThree = many.map((one) => ({
      ...one,
      keyPackages: [1, 2, 3].map((at) => new Uint8Array([at])),
    }))
    expect(firstOf(withThree)).toBe(21)
    const [first, second] = many as [Invitation, Invitation]
    expect(firstOf([first, { ...second, account: first.account }])).toBe(1)
    expect(guest?.state.account).not.toEqual(account)
  })
})

const known = (alice: Side, guests: readonly Somebody[]): readonly Somebody[] => [
  ...guests,
  { name: 'alice', state: alice.tools.find(alice.tools.account)?.state } as Somebody,
]

/** How large a commit would be by which this side gets new keys. */
const renewalBytes = async ({ tools, room }: Side): Promise<number> => {
  const purpose = { kind: 'intent', intent: { kind: 'refresh', id: 'refresh' } } as const
  const step = await stageCommit(tools, room, purpose, startS, askedNobody)
  return step.kind === 'stepped' ? (step.room.pending?.message.length ?? 0) : 0
}

/** Timers that a test lets run out. */
const timers = () => {
  const waiting: { readonly delayMs: number; readonly task: () => void }[] = []
  return {
    after: (delayMs: number, task: () => void): void => void waiting.push({ delayMs, task }),
    delays: (): readonly number[] => waiting.map(({ delayMs }) => delayMs),
    runAll: (): void => {
      for (const { task } of waiting.splice(0)) task()
    },
  }
}

describe('a tree that its owner has grown alone', () => {
  it(
    'CL-13: is filled by a newcomer after a while, once for all who are near',
    { timeout: 120_000 },
    async () => {
      const guests = await named(63)
      const alice = await founded(guests)
      const bundles = await Promise.all(guests.map(bundleOf))
      alice.room = {
        ...alice.room,
        intents: guests.map((guest, at) => invitationOf(guest, bundles[at] as KeyPackageBundle)),
      }
      await commitNext(alice)
      const pending = handIn(alice)
      await alice.catchUp()
      // Alice has leaf 0, guest n leaf n + 1: the half on the right has no keys yet.
      const [bob, carol] = await Promise.all(
        [40, 44].map((at) =>
          comeIn(
            alice,
            pending,
            toolsOf(guests[at] as Somebody, known(alice, guests)),
            bundles[at] as KeyPackageBundle,
          ),
        ),
      )
      if (!bob || !carol) throw new Error('nobody')
      const weightFor = ({ room: { group } }: Side): number =>
        group ? pathWeight(group.public.tree, group.ownLeaf) : 0
      expect([alice, bob, carol].map(weightFor)).toEqual([1, 32, 32])

      let isOnline = true
      const atWork = (side: Side) => {
        const clock = timers()
        const due: string[] = []
        const filling = fillInTime({
          session: cellOf(fillingAtFirst),
          timers: { after: clock.after, between: (min, max) => (min + max) / 2, close: () => {} },
          isOnline: () => isOnline,
          due: () => void due.push('due'),
        })
        filling.look(side.room)
        return { filling, clock, due }
      }
      const [hers, bobs, carols] = [alice, bob, carol].map(atWork)
      if (!hers || !bobs || !carols) throw new Error('nobody')
      expect(hers.clock.delays()).toEqual([])
      expect(bobs.clock.delays()).toHaveLength(1)
      expect(bobs.filling.isDue()).toBe(false)

      isOnline = false
      bobs.clock.runAll()
      expect(bobs.filling.isDue()).toBe(false)
      isOnline = true
      bobs.clock.runAll()
      expect(bobs.filling.isDue()).toBe(true)
      expect(bobs.due).toEqual(['due'])
      expect(await commitNext(bob, { filling: true })).toEqual([])
      handIn(bob)
      const cold = await renewalBytes(alice)
      for (const side of [alice, bob, carol]) expect(await side.catchUp()).toBe('fits')
      expect([alice, bob, carol].map(weightFor)).toEqual([1, 1, 4])

      for (const { filling } of [bobs, carols]) filling.look(filling === bobs.filling ? bob.room : carol.room)
      expect(bobs.filling.isDue()).toBe(false)
      carols.clock.runAll()
      expect(carols.filling.isDue()).toBe(false)
      // One key stands for the half on the right.
      expect(await renewalBytes(alice)).toBeLessThan(0.6 * cold)
      expect(memberCount(alice.room.group?.public.tree as never)).toBe(64)
    },
  )

  it('says nothing while somebody has something to say', async () => {
    const alice = await founded([])
    const actions = (room: typeof alice.room) =>
      decide(room, { ...calmAt(room, startS), filling: true }).map(({ kind }) => kind)
    expect(actions(alice.room)).toEqual(['commit'])
    await alice.write('first this')
    expect(actions(alice.room)).toEqual(['submit'])
  })
})
