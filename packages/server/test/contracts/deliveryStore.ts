import { randomBytes } from 'node:crypto'
import { treeOfParts, type TreePart } from '@sotto/mls/public'
import { describe, expect, it } from 'vitest'
import type { Append, DeliveryStore, Membership, RoomChange } from '../../src/delivery/store.ts'
import { append, createdBy, entryAt } from './appends.ts'

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))

const member = (leaf: number, device = random(16)): Membership => ({ account: random(32), device, leaf })

type Committed = RoomChange & { kind: 'committed' }

const committed = (changes: Partial<Committed> = {}): Committed => ({
  kind: 'committed',
  epoch: 1,
  policy: random(60),
  group: random(300),
  groupInfo: random(200),
  meta: null,
  joined: [],
  left: [],
  welcome: null,
  ...changes,
})

const smallTree = (nodes: Uint8Array): TreePart => ({ hash: random(48), nodes, blanks: 3, below: null })

const largeTree = (left: TreePart, right: TreePart): TreePart => ({
  hash: random(48),
  nodes: new Uint8Array(),
  blanks: 1,
  below: () => [left, right],
})

const welcomeFor = (...devices: readonly Uint8Array[]) => ({
  inviter: random(32),
  welcome: random(500),
  tree: smallTree(random(900)),
  devices,
})

const pageOf = (from: number, to: number, entriesMax = 100, bytesMax = 1_000_000) => ({
  from,
  to,
  entriesMax,
  bytesMax,
})

/** What every store of delivery does. */
export const deliveryStoreContract = (open: () => Promise<DeliveryStore>): void => {
  const openRoom = async () => {
    const store = await open()
    const room = random(16)
    const founder = member(0)
    const change = createdBy(founder)
    const first = append(room, entryAt(0), { change })
    await store.append([first])
    return { store, room, founder, change, first }
  }

  describe('delivery store: rooms', () => {
    it('opens a room with everything that its first entry brings', async () => {
      const { store, room, founder, change, first } = await openRoom()
      const { seq, hash, timeMs } = first.entry
      expect(await store.room(room)).toEqual({
        room,
        epoch: 0,
        policy: change.policy,
        head: { seq, hash, timeMs },
        members: [founder],
      })
      expect(await store.group(room)).toEqual(change.group)
      expect(await store.groupInfo(room)).toEqual(change.groupInfo)
      expect(await store.meta(room)).toEqual(change.meta)
      expect(await store.roomsOf(founder.device, 10)).toEqual([
        { room, epoch: 0, head: { seq, hash, timeMs } },
      ])
      expect(await store.room(random(16))).toBeUndefined()
    })

    it('keeps the newest group of a proposal', async () => {
      const { store, room } = await openRoom()
      const group = random(400)
      await store.append([append(room, entryAt(1), { change: { kind: 'proposed', group, leaving: null } })])
      expect(await store.group(room)).toEqual(group)
      expect((await store.room(room))?.epoch).toBe(0)
    })

    it('moves to the next epoch with its members, and remembers until where those who left may read', async () => {
      const { store, room, founder } = await openRoom()
      const [bob, carol] = [member(1), member(2)]
      await store.append([append(room, entryAt(1), { change: committed({ joined: [bob, carol] }) })])
      await store.append([append(room, entryAt(2), { change: committed({ epoch: 2, left: [bob.device] }) })])
      const stored = await store.room(room)
      expect(stored?.epoch).toBe(2)
      expect(stored?.members.map(({ leaf }) => leaf).toSorted()).toEqual([0, 2])
      expect(await store.leftAt(room, bob.device)).toBe(2)
      expect(await store.leftAt(room, founder.device)).toBeUndefined()
      expect(await store.roomsOf(bob.device, 10)).toEqual([])
      const back = { ...bob, leaf: 3 }
      await store.append([append(room, entryAt(3), { change: committed({ epoch: 3, joined: [back] }) })])
      expect(await store.leftAt(room, bob.device)).toBeUndefined()
      expect((await store.room(room))?.members).toContainEqual(back)
    })

    it('lets a device leave and come back in one commit', async () => {
      const { store, room, founder } = await openRoom()
      const moved = { ...founder, leaf: 5 }
      await store.append([
        append(room, entryAt(1), { change: committed({ left: [founder.device], joined: [moved] }) }),
      ])
      expect((await store.room(room))?.members).toEqual([moved])
    })

    it('takes a stretch that was lost with all that its entries changed', async () => {
      const { store, room, founder, change } = await openRoom()
      const [bob, carol, dave] = [member(1), member(2), member(3)]
      const welcome = welcomeFor(bob.device, dave.device)
      await store.append([append(room, entryAt(1), { change: committed({ joined: [bob, dave], welcome }) })])
      const moves = [
        { seq: 2, joined: [carol], left: [bob.device] },
        { seq: 3, joined: [{ ...bob, leaf: 4 }], left: [carol.device, founder.device] },
      ]
      const healed = { kind: 'healed', epoch: 3, policy: random(60), group: random(300), moves } as const
      const stretch = [2, 3, 4].map((seq) => append(room, entryAt(seq), { sendCounter: seq }))
      const last = stretch[2] as Append
      await store.append([
        ...stretch.slice(0, 2),
        { ...last, change: { ...healed, groupInfo: new Uint8Array(0), meta: null } },
      ])
      const stored = await store.room(room)
      expect(stored).toMatchObject({ epoch: 3, policy: healed.policy, head: { seq: 4 } })
      expect(stored?.members.map(({ leaf }) => leaf).toSorted()).toEqual([3, 4])
      expect(await store.leftAt(room, carol.device)).toBe(3)
      expect(await store.leftAt(room, founder.device)).toBe(3)
      expect(await store.group(room)).toEqual(healed.group)
      expect(await store.groupInfo(room)).toEqual(new Uint8Array(0))
      expect(await store.meta(room)).toEqual(change.meta)
      expect(await store.countWelcomes(bob.device, 9)).toBe(0)
      expect(await store.countWelcomes(dave.device, 9)).toBe(1)
      expect(await store.countWelcomes(dave.device, 0)).toBe(0)
      const meta = { epoch: 3, sealed: random(40) }
      const groupInfo = random(90)
      await store.append([append(room, entryAt(5), { change: { ...healed, moves: [], groupInfo, meta } })])
      expect(await store.groupInfo(room)).toEqual(groupInfo)
      expect(await store.meta(room)).toEqual(meta)
      await store.append([
        append(room, entryAt(6), { change: { ...healed, moves: [], groupInfo: null, meta: null } }),
      ])
      expect(await store.groupInfo(room)).toEqual(groupInfo)
    })

    it('keeps the metadata of an earlier epoch where a commit brings none', async () => {
      const { store, room, change } = await openRoom()
      await store.append([append(room, entryAt(1), { change: committed() })])
      expect(await store.meta(room)).toEqual(change.meta)
      const meta = { epoch: 2, sealed: random(48) }
      await store.append([append(room, entryAt(2), { change: committed({ epoch: 2, meta }) })])
      expect(await store.meta(room)).toEqual(meta)
    })

    it('goes through all rooms in the order of their ids', async () => {
      const store = await open()
      const ids = Array.from({ length: 5 }, () => random(16)).toSorted((a, b) => Buffer.compare(a, b))
      for (const room of ids.toReversed())
        await store.append([append(room, entryAt(0), { change: createdBy(member(0)) })])
      const first = await store.placesAfter(null, 3)
      expect(first.map(({ room }) => room)).toEqual(ids.slice(0, 3))
      const rest = await store.placesAfter(ids[2] ?? null, 3)
      expect(rest.map(({ room }) => room)).toEqual(ids.slice(3))
      expect(await store.placesAfter(ids[4] ?? null, 3)).toEqual([])
      expect(first[0]?.head).toEqual((await store.room(ids[0] as Uint8Array))?.head)
    })

    it('names at most as many rooms of a device as it is asked for', async () => {
      const { store, founder } = await openRoom()
      for (let i = 0; i < 3; i++)
        await store.append([append(random(16), entryAt(0), { change: createdBy(founder) })])
      expect(await store.roomsOf(founder.device, 3)).toHaveLength(3)
    })
  })

  describe('delivery store: the log', () => {
    it('takes many entries of many rooms at once', async () => {
      const store = await open()
      const rooms = Array.from({ length: 40 }, () => random(16))
      await store.append(rooms.map((room) => append(room, entryAt(0), { change: createdBy(member(0)) })))
      const batch = [1, 2, 3].flatMap((seq) =>
        rooms.map((room) => append(room, entryAt(seq), { sendCounter: seq })),
      )
      await store.append(batch)
      for (const room of rooms) expect((await store.room(room))?.head.seq).toBe(3)
      const last = batch.at(-1) as Append
      expect(await store.entry(last.room, 3)).toEqual(last.entry)
      expect(await store.lastCounter(last.senderTag)).toBe(3)
    })

    it('writes nothing of a batch of which one entry cannot stand', async () => {
      const { store, room, first } = await openRoom()
      const good = append(room, entryAt(1))
      const twice = append(room, entryAt(2), { senderTag: first.senderTag, messageId: first.messageId })
      await expect(store.append([good, twice])).rejects.toThrow()
      expect((await store.room(room))?.head.seq).toBe(0)
      expect(await store.entry(room, 1)).toBeUndefined()
      await store.append([good])
      await expect(store.append([append(room, entryAt(1))])).rejects.toThrow()
      expect(await store.entry(room, 1)).toEqual(good.entry)
    })

    it('finds a message by its sender and id, and the last counter of a sender', async () => {
      const { store, room } = await openRoom()
      const senderTag = random(32)
      const sent = [1, 2, 3].map((seq) => append(room, entryAt(seq), { senderTag, sendCounter: seq * 10 }))
      await store.append(sent)
      expect(await store.lastCounter(senderTag)).toBe(30)
      expect(await store.lastCounter(random(32))).toBeUndefined()
      const [one] = sent
      expect(await store.message(senderTag, one?.messageId as Uint8Array)).toEqual(one?.entry)
      expect(await store.message(random(32), one?.messageId as Uint8Array)).toBeUndefined()
    })

    it('keeps the counter of a sender behind an entry that has none', async () => {
      const { store, room } = await openRoom()
      const senderTag = random(32)
      await store.append([
        append(room, entryAt(1), { senderTag, sendCounter: 7 }),
        append(room, entryAt(2), { senderTag, sendCounter: null }),
      ])
      expect(await store.lastCounter(senderTag)).toBe(7)
      await store.append([append(room, entryAt(3), { senderTag, sendCounter: null })])
      expect(await store.lastCounter(senderTag)).toBe(7)
    })

    it('gives pages within their bounds, and always one entry', async () => {
      const { store, room, first } = await openRoom()
      const more = Array.from({ length: 150 }, (_, i) => append(room, entryAt(i + 1, 1000)))
      await store.append(more)
      const seqs = async (bounds: ReturnType<typeof pageOf>) =>
        (await store.page(room, bounds)).map(({ seq }) => seq)
      expect(await seqs(pageOf(0, 150, 200, 10_000_000))).toEqual(Array.from({ length: 151 }, (_, i) => i))
      expect(await seqs(pageOf(140, 143))).toEqual([140, 141, 142, 143])
      expect(await seqs(pageOf(10, 150, 3))).toEqual([10, 11, 12])
      // Of each entry, its payload and what stands around it.
      const oneBytes = 1000 + 180
      expect(await seqs(pageOf(10, 150, 100, 2 * oneBytes))).toEqual([10, 11])
      expect(await seqs(pageOf(10, 150, 100, 2 * oneBytes - 1))).toEqual([10])
      expect(await seqs(pageOf(10, 150, 100, 1))).toEqual([10])
      expect(await seqs(pageOf(151, 150))).toEqual([])
      expect((await store.page(room, pageOf(0, 0)))[0]).toEqual(first.entry)
    })

    it('keeps a payload that is no longer there, and archive records', async () => {
      const { store, room } = await openRoom()
      const record = { ...entryAt(1), payload: null, aux: random(70) }
      await store.append([append(room, record)])
      expect(await store.entry(room, 1)).toEqual(record)
    })
  })

  describe('delivery store: Welcomes', () => {
    it('keeps a Welcome and its tree until the last device has settled it', async () => {
      const { store, room } = await openRoom()
      const [bob, carol] = [member(1), member(2)]
      const welcome = welcomeFor(bob.device, carol.device)
      const entry = entryAt(1)
      const meta = { epoch: 1, sealed: random(48) }
      await store.append([
        append(room, entry, { change: committed({ joined: [bob, carol], welcome, meta }) }),
      ])
      expect(await store.welcomes(bob.device, 10_000)).toEqual([
        {
          room,
          seq: 1,
          hash: entry.hash,
          epoch: 1,
          inviter: welcome.inviter,
          welcome: welcome.welcome,
          treeHash: welcome.tree.hash,
          meta: meta.sealed,
          timeMs: entry.timeMs,
        },
      ])
      expect(await store.countWelcomes(carol.device, 9)).toBe(1)
      expect(await store.countWelcomesBy(carol.device, welcome.inviter)).toBe(1)
      expect(await store.countWelcomesBy(carol.device, random(32))).toBe(0)
      expect(await store.countClaims({ claimant: random(32), refs: [random(32)] })).toBe(0)
      // Bob and Carol are in the room, and neither has looked at the invitation.
      expect(await store.shareRoom(bob.account, carol.account)).toBe(false)
      const invitedNow = async () => (await store.invited(room, 9)).map(String).toSorted()
      expect(await invitedNow()).toEqual([bob.device, carol.device].map(String).toSorted())
      expect(await store.invited(room, 1)).toHaveLength(1)
      expect(await store.invited(random(16), 9)).toEqual([])
      await store.settleWelcome(room, 1, bob.device, 'joined')
      expect(await invitedNow()).toEqual([String(carol.device)])
      expect(await store.shareRoom(bob.account, carol.account)).toBe(true)
      expect(await store.shareRoom(carol.account, bob.account)).toBe(false)
      expect(await store.shareRoom(bob.account, random(32))).toBe(false)
      const leave = { kind: 'proposed', group: random(300), leaving: bob.device } as const
      await store.append([append(room, entryAt(2), { change: leave })])
      expect(await store.shareRoom(bob.account, carol.account)).toBe(false)
      // Whoever comes in again takes it back.
      await store.append([append(room, entryAt(3), { change: committed({ epoch: 2, joined: [bob] }) })])
      expect(await store.shareRoom(bob.account, carol.account)).toBe(true)
      expect(await store.countWelcomes(bob.device, 9)).toBe(0)
      const { hash } = welcome.tree
      expect(await store.welcomeTree(room, hash, bob.device)).toBeUndefined()
      expect(await store.welcomeTree(room, hash, carol.device)).toEqual(treeOfParts([welcome.tree]))
      await store.settleWelcome(room, 1, carol.device, 'declined')
      expect(await store.shareRoom(carol.account, bob.account)).toBe(false)
      expect(await store.welcomeTree(room, hash, carol.device)).toBeUndefined()
      await store.settleWelcome(room, 1, carol.device, 'joined')
    })

    it('hands out trees that have parts in common, each until nobody waits with it', async () => {
      const { store, room } = await openRoom()
      const [bob, carol] = [member(1), member(2)]
      const [before, after, same] = [random(700), random(700), random(700)].map(smallTree) as [
        TreePart,
        TreePart,
        TreePart,
      ]
      const first = { ...welcomeFor(bob.device), tree: largeTree(before, same) }
      const second = { ...welcomeFor(carol.device), tree: largeTree(after, same) }
      for (const [at, welcome, joined] of [
        [1, first, bob],
        [2, second, carol],
      ] as const)
        await store.append([
          append(room, entryAt(at), { change: committed({ epoch: at, joined: [joined], welcome }) }),
        ])
      const whole = (top: TreePart, left: TreePart): Uint8Array => treeOfParts([left, top, same])
      expect(await store.welcomeTree(room, first.tree.hash, bob.device)).toEqual(whole(first.tree, before))
      expect(await store.welcomeTree(room, second.tree.hash, carol.device)).toEqual(whole(second.tree, after))
      await store.settleWelcome(room, 1, bob.device, 'joined')
      expect(await store.welcomeTree(room, second.tree.hash, carol.device)).toEqual(whole(second.tree, after))
      await store.settleWelcome(room, 2, carol.device, 'joined')
      expect(await store.countWelcomes(carol.device, 9)).toBe(0)
    })

    it('withdraws the Welcome of a device that was taken out again', async () => {
      const { store, room } = await openRoom()
      const bob = member(1)
      await store.append([
        append(room, entryAt(1), { change: committed({ joined: [bob], welcome: welcomeFor(bob.device) }) }),
      ])
      await store.append([append(room, entryAt(2), { change: committed({ epoch: 2, left: [bob.device] }) })])
      expect(await store.welcomes(bob.device, 10_000)).toEqual([])
    })

    it('gives as many as fit, the oldest first, and always one', async () => {
      const store = await open()
      const bob = member(1)
      for (let i = 0; i < 3; i++) {
        const room = random(16)
        await store.append([append(room, entryAt(0), { change: createdBy(member(0)) })])
        const entry = { ...entryAt(1), timeMs: 5000 - i }
        const change = committed({ joined: [bob], welcome: welcomeFor(bob.device) })
        await store.append([append(room, entry, { change })])
      }
      expect((await store.welcomes(bob.device, 10_000)).map(({ timeMs }) => timeMs)).toEqual([
        4998, 4999, 5000,
      ])
      expect(await store.welcomes(bob.device, 1000)).toHaveLength(2)
      expect(await store.welcomes(bob.device, 1)).toHaveLength(1)
    })
  })

  describe('delivery store: hooks', () => {
    it('keeps the newest of a hook, and knows no others', async () => {
      const { store, room } = await openRoom()
      const stored = {
        hook: random(16),
        room,
        account: random(32),
        tokenHash: random(32),
        generation: 1,
        keyIds: ['one', 'two'],
        statement: 'a.b.c',
      }
      expect(await store.hook(stored.hook)).toBeUndefined()
      await store.putHook(stored)
      expect(await store.hook(stored.hook)).toEqual(stored)
      const next = { ...stored, generation: 2, keyIds: ['three'], statement: 'd.e.f' }
      await store.putHook(next)
      expect(await store.hook(stored.hook)).toEqual(next)
      expect(await store.hook(random(16))).toBeUndefined()
    })
  })

  describe('delivery store: what waits for a script', () => {
    const bounds = { countMax: 3, bytesMax: 100 }
    const openHook = async () => {
      const { store, room } = await openRoom()
      const hook = random(16)
      const about = { account: random(32), tokenHash: random(32), keyIds: ['a'], statement: 'a.b.c' }
      await store.putHook({ hook, room, generation: 1, ...about })
      return { store, hook, again: () => store.putHook({ hook, room, generation: 2, ...about }) }
    }
    const jwes = async (store: DeliveryStore, hook: Uint8Array, after = 0, bytesMax = 1000) =>
      (await store.handedOut(hook, after, bytesMax)).map(({ jwe }) => jwe)

    it('waits in its order, once, until it has arrived; and stays known then', async () => {
      const { store, hook, again } = await openHook()
      for (const seq of [4, 7, 9]) expect(await store.handOut(hook, seq, `j${seq}`, bounds)).toBe('kept')
      expect(await store.handOut(hook, 7, 'again', bounds)).toBe('known')
      await again()
      const all = await store.handedOut(hook, 0, 1000)
      expect(all.map(({ jwe }) => jwe)).toEqual(['j4', 'j7', 'j9'])
      expect(await jwes(store, hook, all[0]?.cursor)).toEqual(['j7', 'j9'])
      await store.settleOut(hook, all[1]?.cursor ?? 0)
      expect(await jwes(store, hook)).toEqual(['j9'])
      expect(await store.handOut(hook, 9, 'again', bounds)).toBe('known')
      await store.settleOut(hook, all[2]?.cursor ?? 0)
      expect(await store.handOut(hook, 10, 'j10', bounds)).toBe('kept')
      const [last] = await store.handedOut(hook, 0, 1000)
      expect(last?.cursor).toBeGreaterThan(all[2]?.cursor ?? 0)
    })

    it('is bounded in number and bytes, and given as it fits', async () => {
      const { store, hook } = await openHook()
      expect(await store.handOut(hook, 1, 'x'.repeat(60), bounds)).toBe('kept')
      expect(await store.handOut(hook, 2, 'x'.repeat(41), bounds)).toBe('full')
      expect(await store.handOut(hook, 3, 'j3', bounds)).toBe('kept')
      expect(await store.handOut(hook, 4, 'x'.repeat(38), bounds)).toBe('kept')
      expect(await store.handOut(hook, 5, '', bounds)).toBe('full')
      expect(await jwes(store, hook, 0, 62)).toEqual(['x'.repeat(60), 'j3'])
      expect(await jwes(store, hook, 0, 1)).toHaveLength(1)
      expect(await jwes(store, random(16))).toEqual([])
    })
  })

  describe('delivery store: fork tags', () => {
    it('tells which other tags are known of the epoch, and forgets older epochs', async () => {
      const { store, room } = await openRoom()
      const [one, other] = [random(16), random(16)]
      const [alice, bob] = [random(16), random(16)]
      expect(await store.putForkTag(room, 1, alice, one)).toEqual([])
      expect(await store.putForkTag(room, 1, bob, one)).toEqual([])
      expect(await store.putForkTag(room, 1, bob, other)).toEqual([one])
      expect(await store.putForkTag(room, 2, bob, other)).toEqual([])
    })
  })
}
