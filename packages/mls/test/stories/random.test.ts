import fc from 'fast-check'
import { describe, it } from 'vitest'
import { hybridSuiteId } from '../../src/index.ts'
import { engineOf } from '../people.ts'
import { Room } from '../room.ts'

/** Anything that members of a room do, by anyone of them, in any order. */
type Act = readonly [what: number, who: number, whom: number]

const act: fc.Arbitrary<Act> = fc.tuple(fc.nat(10), fc.nat(1000), fc.nat(1000))

const perform = async (room: Room, [what, who, whom]: Act, serial: number): Promise<void> => {
  const names = [...room.members.keys()]
  const by = names[who % names.length] as string
  const other = names[whom % names.length] as string
  switch (what) {
    case 0:
    case 1:
      await room.add(
        by,
        Array.from({ length: 1 + (whom % 3) }, (_, at) => `m${serial}.${at}`),
      )
      return
    case 2:
      if (other !== by)
        await room.commit(by, { proposals: [{ kind: 'remove', removed: room.leafOf(other) }] })
      return
    case 3:
      await room.commit(by)
      return
    case 4:
      await room.update(by)
      return
    case 5:
      await room.propose(by, { kind: 'remove', removed: room.leafOf(other) })
      return
    case 6:
      await room.joinExternally(`x${serial}`)
      return
    case 7:
      await room.joinExternally(`y${serial}`, other)
      return
    case 8:
      room.member(by).reload()
      return
    case 9:
      await room.commit(by, { wire: 'private', forcePath: true })
      return
    default:
      await room.say(by, `${serial} from ${by}`)
  }
}

describe.each([
  [1, 0, 15],
  [1, 2, 10],
  [hybridSuiteId, 0, 6],
])('random rooms, suite %d, %d past epochs kept', (suite, pastEpochsMax, numRuns) => {
  it('whatever members do, all agree, and no operation changes its input', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 25 }), async (acts) => {
        const room = await Room.of(engineOf(suite, {}, { pastEpochsMax }), [
          'alice',
          'bob',
          'carol',
          'dave',
          'erin',
        ])
        for (const [serial, next] of acts.entries()) await perform(room, next, serial)
        for (const name of room.members.keys()) await room.say(name, 'still here')
      }),
      { numRuns },
    )
  })
})
