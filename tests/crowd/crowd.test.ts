import { limits } from '@sotto/client'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Crowd, gatherCrowd } from './crowd.ts'

/** A full room takes a minute: `npm run crowd`. This one is past where rooms ended while a commit had 1 MiB. */
const members = 900
const endedAtBytes = 1024 * 1024

describe('a room that its owner has grown alone', () => {
  let crowd: Crowd
  beforeAll(async () => {
    crowd = await gatherCrowd(members)
  }, 600_000)

  it('takes in everybody', () => {
    expect(crowd.refused).toEqual([])
    expect(crowd.members).toBe(members)
    expect(crowd.stored.removalBytes).toBeGreaterThan(endedAtBytes)
  })

  it('goes on when one of them is removed: who came in last reads on, and is read', () => {
    expect(crowd.membersOfNewcomer).toBe(members - 1)
    expect(crowd.newcomerSeesRemoved).toBe(false)
    const said = ['one of us has gone', 'I have read it']
    expect(crowd.readByNewcomer).toEqual(said)
    expect(crowd.readByOwner).toEqual(said)
  })

  it('stays below every bound also when it is full', () => {
    const { commitBytesMax, groupInfoBytes, welcomeBytes, welcomes } = crowd.stored
    const whenFull = limits.leavesPerRoomMax / members
    expect(whenFull * commitBytesMax).toBeLessThan(limits.commitBytesMax)
    expect(whenFull * groupInfoBytes).toBeLessThan(limits.groupInfoBytesMax)
    expect((whenFull * welcomeBytes) / welcomes).toBeLessThan(limits.welcomeBytesMax)
  })

  it('is entered with few questions, however many people are in it', () => {
    expect(crowd.callsOfNewcomer).toBeLessThan(40)
  })

  it('came in by one commit for each 64, and the trees of their Welcomes are little more than one', () => {
    const { welcomes, treePartsBytes, groupBytes } = crowd.stored
    expect(welcomes).toBe(Math.ceil((members - 2) / limits.addsPerCommitMax))
    expect(treePartsBytes).toBeLessThan(2 * groupBytes)
  })
})
