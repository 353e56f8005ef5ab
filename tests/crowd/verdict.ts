import { limits } from '@sotto/client'
import type { Crowd } from './crowd.ts'

/** Requests by which the last one may come in, however many people are there. */
const callsMax = 40
const said = ['one of us has gone', 'I have read it']

const isSaid = (texts: readonly string[]): boolean => texts.join('\n') === said.join('\n')

/** What has to hold, in words; how large things would be in a full room follows from what they are in this one. */
const promises = (crowd: Crowd, members: number): readonly (readonly [what: string, holds: boolean])[] => {
  const { stored } = crowd
  const whenFull = limits.leavesPerRoomMax / members
  const isFull = members === limits.leavesPerRoomMax
  return [
    [`${crowd.refused.length} were refused (${crowd.refused[0] ?? ''})`, crowd.refused.length === 0],
    [`${crowd.members} came in, not ${members}`, crowd.members === members],
    [`one more was answered with ${crowd.full ?? 'yes'}`, !isFull || crowd.full === 'room_full'],
    [`${crowd.membersOfNewcomer} are left`, crowd.membersOfNewcomer === members - 1],
    ['who was removed is still there', !crowd.newcomerSeesRemoved],
    ['the last one does not read', isSaid(crowd.readByNewcomer)],
    ['the last one is not read', isSaid(crowd.readByOwner)],
    [`the last one asked ${crowd.callsOfNewcomer} times`, crowd.callsOfNewcomer < callsMax],
    ['a commit is too large', whenFull * stored.commitBytesMax < limits.commitBytesMax],
    ['a GroupInfo is too large', whenFull * stored.groupInfoBytes < limits.groupInfoBytesMax],
    ['a Welcome is too large', (whenFull * stored.welcomeBytes) / stored.welcomes < limits.welcomeBytesMax],
    [
      `there are ${stored.welcomes} Welcomes`,
      stored.welcomes === Math.ceil((members - 2) / limits.addsPerCommitMax),
    ],
    ['trees are stored again and again', stored.treePartsBytes < 2 * stored.groupBytes],
  ]
}

/** @returns in words, what does not hold */
export const violationsOf = (crowd: Crowd, members: number): readonly string[] =>
  promises(crowd, members).flatMap(([what, holds]) => (holds ? [] : [what]))
