import { entryKinds } from '@sotto/protocol'
import { buildRevokeDevice, extendChain } from '@sotto/trust'
import { describe, expect, it } from 'vitest'
import type { Call } from '../../src/account/contacts.ts'
import { askedNobody } from '../../src/room/attempt.ts'
import { claimed, claimKeyPackages } from '../../src/room/claim.ts'
import { stageCommit } from '../../src/room/commit.ts'
import { decide } from '../../src/room/decide.ts'
import type { Intent, RoomState } from '../../src/room/state.ts'
import type { Tools } from '../../src/room/tools.ts'
import {
  bundleOf,
  calmAt,
  provider,
  roomOf,
  Side,
  somebody,
  type Somebody,
  startS,
  toolsOf,
} from './people.ts'

const dayS = 86_400

/** Alice and Bob in a room whose log a wrong clock has carried ahead, and Carol, who is not in it. */
const roomAhead = async (days: number) => {
  const [alice, bob, carol] = [await somebody('alice'), await somebody('bob'), await somebody('carol')]
  const { ledger, sides } = await roomOf(alice, bob)
  const knowing = (own: Somebody, { room }: Side): Side =>
    new Side(toolsOf(own, [alice, bob, carol]), ledger, room)
  const [hers, his] = sides as [Side, Side]
  ledger.timeMs += days * dayS * 1000
  ledger.append(entryKinds.app, hers.epoch(), await hers.write('what year is it?'))
  for (const side of sides) await side.catchUp()
  const [a, b] = [knowing(alice, hers), knowing(bob, his)]
  const bundle = await bundleOf(carol)
  let carols = carol.state
  const claim = (clockS: number): Promise<readonly Uint8Array[]> =>
    claimKeyPackages(
      {
        provider,
        clockS,
        contacts: {
          ensure: async () => {},
          find: () => ({ state: carols, alarm: false }),
        },
        call: (async () => ({
          packages: [{ device: carol.device, keyPackage: bundle.bytes, lastResort: false }],
        })) as unknown as Call,
      },
      a.room,
      carol.state.account,
    )
  const intent: Intent = { kind: 'invite', id: 'carol', account: carol.state.account, keyPackages: [] }
  a.room = { ...a.room, intents: [intent] }
  /** @returns the tools of Alice, who has heard of it */
  const giveUp = async (): Promise<Tools> => {
    const { state, device, signer } = carol
    const by = { kind: 'device', signer } as const
    const link = await buildRevokeDevice({ provider, state, timeS: startS, device, reason: 'logout', by })
    const verdict = await extendChain(provider, state, [link], startS)
    if (verdict.kind === 'refused') throw new Error(verdict.rule)
    carols = verdict.value
    return toolsOf(alice, [alice, bob, { ...carol, state: carols }])
  }
  return { ledger, a, b, bundle, claim, giveUp }
}

const actionsOf = (room: RoomState, clockS: number): readonly string[] =>
  decide(room, calmAt(room, clockS)).map(({ kind }) => kind)

describe('key packages that are claimed', () => {
  it('bring somebody into a log that is two months ahead, if they are good now', async () => {
    const { ledger, a, b, claim } = await roomAhead(60)
    expect(actionsOf(a.room, startS)).toEqual(['claim'])
    a.room = claimed(a.room, new Map([['carol', await claim(startS)]]))
    expect(actionsOf(a.room, startS)).toEqual(['commit'])
    const [intent] = a.room.intents as [Intent]
    const roomS = Math.floor(a.room.place.timeMs / 1000)
    await a.take(stageCommit(a.tools, a.room, { kind: 'intent', intent }, roomS, askedNobody))
    ledger.append(entryKinds.commit, a.epoch(), a.room.pending?.message as Uint8Array)
    for (const side of [a, b]) {
      expect(await side.catchUp()).toBe('fits')
      expect(side.room.phase.kind).toBe('active')
      expect(side.room.summary.memberCount).toBe(3)
    }
  })

  it('are not taken where their leaf would be dead in the log before it begins', async () => {
    const { claim } = await roomAhead(92)
    await expect(claim(startS)).rejects.toMatchObject({ code: 'key_package_unavailable' })
  })

  it('KP-6 are not taken when they are over by the server’s clock, and claimed anew if they were', async () => {
    const { a, bundle, claim } = await roomAhead(0)
    await expect(claim(startS + dayS)).rejects.toMatchObject({ code: 'key_package_unavailable' })
    a.room = claimed(a.room, new Map([['carol', [bundle.bytes]]]))
    expect(actionsOf(a.room, startS + dayS - 1)).toEqual(['commit'])
    expect(actionsOf(a.room, startS + dayS)).toEqual(['claim'])
  })

  it('KP-7 are not taken of a device that was given up a moment ago, nor used if they were claimed before', async () => {
    const { a, claim, giveUp } = await roomAhead(0)
    a.room = claimed(a.room, new Map([['carol', await claim(startS)]]))
    const [intent] = a.room.intents as [Intent]
    const informed = new Side(await giveUp(), a.ledger, a.room)
    await informed.take(stageCommit(informed.tools, a.room, { kind: 'intent', intent }, startS, askedNobody))
    expect(informed.room.pending).toBeNull()
    expect(actionsOf(informed.room, startS)).toEqual(['claim'])
    await expect(claim(startS)).rejects.toMatchObject({ code: 'key_package_unavailable' })
  })
})
