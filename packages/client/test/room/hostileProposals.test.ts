import { hybridSuiteId, makeEngine, propose } from '@sotto/mls'
import { entryKinds } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { encodeText } from '../../src/content/text/text.ts'
import { askedNobody } from '../../src/room/attempt.ts'
import { stageCommit } from '../../src/room/commit.ts'
import { decide } from '../../src/room/decide.ts'
import { compose, envelopeFor } from '../../src/room/send.ts'
import { calmAt, provider, roomOf, type Side, somebody, startS } from './people.ts'

/** What a patched client does: no rule but those of the wire. */
const lawless = makeEngine(provider, hybridSuiteId, { leaf: () => undefined, commit: () => undefined })

/** Proposals of one's own removal, one behind the other, as a server takes them into the log. */
const proposeLeaving = async (side: Side, times: number): Promise<void> => {
  let { group } = side.room
  for (let i = 0; i < times && group; i++) {
    const place = { ...side.room.place, sendCounter: side.room.place.sendCounter + i }
    const authenticatedData = envelopeFor({ ...side.room, place }, entryKinds.proposal, provider.random(16))
    const proposal = { kind: 'remove', removed: group.ownLeaf } as const
    const made = await propose(lawless, group, proposal, { authenticatedData })
    side.ledger.append(entryKinds.proposal, side.epoch(), made.message)
    ;({ group } = made)
  }
}

const catchUp = async (side: Side): Promise<void> => {
  // Whoever is at a place may have forgotten which tag is their own: both read the same log.
  side.room = { ...side.room, place: { ...side.room.place, tag: null } }
  await side.catchUp()
}

const twoPeople = async () => {
  const { sides } = await roomOf(await somebody('alice'), await somebody('bob'))
  const [alice, bob] = sides as [Side, Side]
  await catchUp(bob)
  await catchUp(alice)
  return { alice, bob }
}

describe('proposals by somebody who means to be a nuisance', () => {
  it('C8 two removals of one leaf do not stop the others from committing one of them', async () => {
    const { alice, bob } = await twoPeople()
    await proposeLeaving(bob, 2)
    await catchUp(alice)
    expect(alice.room.group?.public.proposals).toHaveLength(2)
    const { room } = await alice.take(
      stageCommit(alice.tools, alice.room, { kind: 'proposals' }, startS + 10, askedNobody),
    )
    expect(room.pending?.kind).toBe('commit')
  })

  it('POLICY-4 the only owner who asks to leave stays, and nobody trips over it', async () => {
    const { alice, bob } = await twoPeople()
    await proposeLeaving(alice, 1)
    await catchUp(bob)
    const { room } = await bob.take(
      stageCommit(bob.tools, bob.room, { kind: 'proposals' }, startS + 10, askedNobody),
    )
    expect(room.pending).toBeNull()
  })

  it('what nobody can commit silences nobody', async () => {
    const { alice, bob } = await twoPeople()
    await proposeLeaving(alice, 1)
    await catchUp(bob)
    const draft = {
      message: provider.random(16),
      content: encodeText('hello', provider.random(16), 0),
      composedMs: 0,
    }
    const written = compose(bob.room, draft)
    const kinds = (onDuty: boolean) =>
      decide(written, { ...calmAt(bob.room, startS), onDuty }).map(({ kind }) => kind)
    expect(kinds(true)).toEqual(['commit'])
    expect(kinds(false)).toEqual(['encrypt'])
  })
})
