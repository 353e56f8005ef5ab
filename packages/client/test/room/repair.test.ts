import { beforeAll, describe, expect, it } from 'vitest'
import type { Group } from '@sotto/mls'
import { decodeCommitAttachment, encodeLoggedNack, entryKinds, limits } from '@sotto/protocol'
import { signLabelled } from '@sotto/trust'
import { askedNobody } from '../../src/room/attempt.ts'
import { claimed, unhelped } from '../../src/room/claim.ts'
import { stageCommit } from '../../src/room/commit.ts'
import { decide } from '../../src/room/decide.ts'
import { stageRejoin } from '../../src/room/rejoin.ts'
import { enterRepair, repairAgain } from '../../src/room/repair.ts'
import type { Intent, RoomState } from '../../src/room/state.ts'
import { calmAt, bundleOf, provider, roomOf, type Side, type Somebody, somebody, startS } from './people.ts'

const { app, commit, nack } = entryKinds
const timeMs = (startS + 1000) * 1000

/** Nothing in a private tree fits any more: what a bug, or a damaged disk, might leave. */
const spoiled = (group: Group): Group => ({
  ...group,
  privateTree: {
    ...group.privateTree,
    privateKeys: new Map([...group.privateTree.privateKeys].map(([node, key]) => [node, key.map(() => 1)])),
  },
})

const actionsOf = (room: RoomState): readonly string[] =>
  decide(room, calmAt(room, startS)).map(({ kind }) => kind)

/** Commits fresh keys of a member; the GroupInfo is what the server hands out from then on. */
const refresh = async (side: Side): Promise<Uint8Array> => {
  const intent: Intent = { kind: 'refresh', id: 'refresh' }
  await side.take(stageCommit(side.tools, side.room, { kind: 'intent', intent }, startS, askedNobody))
  return handIn(side)
}

/** The pending commit goes into the log. @returns its GroupInfo */
const handIn = ({ room: { pending, place }, ledger }: Side): Uint8Array => {
  if (!pending?.attachment) throw new Error('nothing is pending')
  expect(pending.counter).toBe(place.sendCounter)
  ledger.append(commit, pending.epoch, pending.message)
  return decodeCommitAttachment(pending.attachment).groupInfo
}

describe('the own place in a room, lost and taken again', () => {
  let alice: Somebody
  let bob: Somebody
  let carol: Somebody
  beforeAll(async () => {
    ;[alice, bob, carol] = [await somebody('alice'), await somebody('bob'), await somebody('carol')]
  })

  it('REC-4: a commit that the rules allow and the own keys do not open is followed in public, and told to all', async () => {
    const { ledger, sides } = await roomOf(alice, bob, carol)
    const [a, b, c] = sides as [Side, Side, Side]
    b.room = { ...b.room, group: spoiled(b.room.group as Group) }
    const groupInfo = await refresh(c)
    for (const side of sides) expect(await side.catchUp()).toBe('fits')
    expect(b.room.phase).toMatchObject({
      kind: 'repairing',
      code: 'policy',
      rule: expect.stringMatching(/^mls:/),
      nack: { seq: 3 },
    })
    expect(b.room.group).toBeNull()
    expect(b.room.observed?.context).toEqual(a.room.group?.public.context)
    expect(actionsOf(b.room)).toEqual(['nack'])

    ledger.append(app, a.epoch(), await a.write('while bob is out'))
    for (const side of sides) await side.catchUp()
    expect(b.texts().at(-1)).toBe('(missed)')

    b.room = { ...b.room, phase: { ...(b.room.phase as never as { nack: null }), nack: null } as never }
    expect(actionsOf(b.room)).toEqual(['rejoin'])
    await b.take(stageRejoin(b.tools, b.room, { groupInfo, tree: null }, timeMs, askedNobody))
    expect(actionsOf(b.room)).toEqual(['submit_pending'])
    handIn(b)
    for (const side of sides) expect(await side.catchUp()).toBe('fits')
    expect(b.room.phase).toEqual({ kind: 'active' })
    expect(b.room.observed).toBeNull()
    expect(new Set(sides.map((side) => side.epoch()))).toEqual(new Set([4]))
    expect(a.texts().at(-1)).toBe('(rejoined)')
    ledger.append(app, b.epoch(), await b.write('back'))
    for (const side of sides) await side.catchUp()
    for (const side of [a, b, c]) expect(side.texts().at(-1)).toContain('back')
  })

  it('what was encrypted with keys that are given up is never sent: it is written anew', async () => {
    const { sides } = await roomOf(alice, bob)
    const [a] = sides as [Side, Side]
    await a.write('not sent yet')
    expect(a.room.outbox[0]?.stage.kind).toBe('encrypted')
    const after = enterRepair(a.room, 'client_rollback')
    expect(after.outbox.map(({ stage }) => stage.kind)).toEqual(['queued'])
    expect(actionsOf(after)).toEqual(['rejoin'])
  })

  it('a door of another epoch, or one that nobody vouches for, is not used: others are asked', async () => {
    const { sides } = await roomOf(alice, bob)
    const [a, b] = sides as [Side, Side]
    const old = await refresh(a)
    for (const side of sides) await side.catchUp()
    const current = await refresh(a)
    for (const side of sides) await side.catchUp()
    const damaged = enterRepair(b.room, 'storage_damaged')
    const spoiledInfo = current.with(current.length - 1, (current.at(-1) ?? 0) ^ 1)
    for (const groupInfo of [old, spoiledInfo]) {
      const step = await stageRejoin(b.tools, damaged, { groupInfo, tree: null }, timeMs, askedNobody)
      expect(step).toMatchObject({
        room: { pending: null, phase: { asked: true, nack: { rule: 'rejoin' } } },
      })
    }
    const good = await stageRejoin(b.tools, damaged, { groupInfo: current, tree: null }, timeMs, askedNobody)
    expect(good).toMatchObject({ room: { pending: { kind: 'commit' } } })
  })

  it('a door that leads further than the log was read changes nothing', async () => {
    const { sides } = await roomOf(alice, bob)
    const [a, b] = sides as [Side, Side]
    const groupInfo = await refresh(a)
    const behind = enterRepair(b.room, 'storage_damaged')
    const step = await stageRejoin(b.tools, behind, { groupInfo, tree: null }, timeMs, askedNobody)
    expect(step).toMatchObject({ room: behind })
  })

  it('is tried three times a day; then the room stops, until the user wants it once more', async () => {
    const { sides } = await roomOf(alice, bob)
    const [a, b] = sides as [Side, Side]
    const groupInfo = await refresh(a)
    for (const side of sides) await side.catchUp()
    const rejoinedMs = Array.from({ length: limits.rejoinsPerDay }, (_, at) => timeMs - at * 1000)
    const often = enterRepair({ ...b.room, place: { ...b.room.place, rejoinedMs } }, 'client_rollback')
    const step = await stageRejoin(b.tools, often, { groupInfo, tree: null }, timeMs, askedNobody)
    if (step.kind === 'needs') throw new Error('everybody is known')
    expect(step.room.phase).toMatchObject({ kind: 'frozen', code: 'client_rollback' })
    expect(actionsOf(step.room)).toEqual([])
    expect(actionsOf(repairAgain(step.room))).toEqual(['rejoin'])
    const later = timeMs + 86_400_000
    const next = await stageRejoin(b.tools, often, { groupInfo, tree: null }, later, askedNobody)
    expect(next).toMatchObject({ room: { pending: { kind: 'commit' } } })
  })

  it('who asks is brought in by one who may: the old leaf goes, a new one comes, in one commit', async () => {
    const { ledger, sides } = await roomOf(alice, bob, carol)
    const [a, b, c] = sides as [Side, Side, Side]
    const messageId = provider.random(16)
    const claim = [ledger.room, 2, 'rejoin', messageId]
    const signature = await signLabelled(bob.signer, 'nack', claim)
    const wish = {
      account: bob.state.account,
      device: bob.device,
      seq: 2,
      rule: 'rejoin',
      messageId,
      signature,
    }
    ledger.append(nack, a.epoch(), encodeLoggedNack({ ...wish, rule: 'forged' }))
    for (const side of sides) await side.catchUp()
    expect(a.room.intents).toEqual([])
    ledger.append(nack, a.epoch(), encodeLoggedNack(wish))
    for (const side of sides) await side.catchUp()
    // Carol is a member like Bob, and may not.
    expect(c.room.intents).toEqual([])
    expect(b.room.intents).toEqual([])
    const [intent] = a.room.intents
    expect(intent).toMatchObject({ kind: 'readd', device: bob.device, keyPackage: null })
    expect(actionsOf(a.room)).toEqual(['claim'])
    const other = await bundleOf(carol)
    const id = intent?.id ?? ''
    expect(unhelped(a.room, new Map([[id, [other.bytes]]]))).toEqual([id])
    const bundle = await bundleOf(bob)
    a.room = claimed(a.room, new Map([[id, [other.bytes, bundle.bytes]]]))
    const purpose = { kind: 'intent', intent: a.room.intents[0] as Intent } as const
    await a.take(stageCommit(a.tools, a.room, purpose, startS, askedNobody))
    expect(decodeCommitAttachment(a.room.pending?.attachment as Uint8Array).welcome).not.toBeNull()
    handIn(a)
    for (const side of sides) expect(await side.catchUp()).toBe('fits')
    expect(a.room.intents).toEqual([])
    expect(c.room.phase).toEqual({ kind: 'active' })
    // Its old leaf is out and it is a member still: it waits for the Welcome, or comes in by itself.
    expect(b.room.phase).toMatchObject({ kind: 'repairing', code: 'not_member' })
    expect(b.room.observed?.context).toEqual(a.room.group?.public.context)
  })
})
