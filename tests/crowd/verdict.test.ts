import { limits } from '@sotto/client'
import { describe, expect, it } from 'vitest'
import type { Crowd } from './crowd.ts'
import { violationsOf } from './verdict.ts'

const said = ['one of us has gone', 'I have read it']
const members = limits.leavesPerRoomMax

const held: Crowd = {
  refused: [],
  full: 'room_full',
  members,
  callsOfNewcomer: 39,
  membersOfNewcomer: members - 1,
  newcomerSeesRemoved: false,
  readByNewcomer: said,
  readByOwner: said,
  stored: {
    commitBytesMax: limits.commitBytesMax - 1,
    removalBytes: 1,
    groupInfoBytes: limits.groupInfoBytesMax - 1,
    welcomeBytes: 32 * (limits.welcomeBytesMax - 1),
    welcomes: 32,
    treePartsBytes: 1,
    groupBytes: 1,
  } as Crowd['stored'],
  took: [],
  residentBytesMax: 0,
}

describe('the verdict over a room of many', () => {
  it('finds nothing where all was promised', () => {
    expect(violationsOf(held, members)).toEqual([])
  })

  it.each<[what: string, changes: Partial<Crowd>, stored: Partial<Crowd['stored']>, says: RegExp]>([
    ['who was refused', { refused: ['rate'] }, {}, /1 were refused \(rate\)/],
    ['who is missing', { members: members - 1 }, {}, /came in, not 2000/],
    [
      'a full room that is said to be something else',
      { full: 'bad_request' },
      {},
      /answered with bad_request/,
    ],
    ['a full room that takes one more', { full: null }, {}, /answered with yes/],
    [
      'who was not removed',
      { newcomerSeesRemoved: true, membersOfNewcomer: members },
      {},
      /2000 are left,who was removed/,
    ],
    ['a newcomer who reads nothing', { readByNewcomer: [] }, {}, /does not read/],
    ['a newcomer whom nobody reads', { readByOwner: said.slice(0, 1) }, {}, /is not read/],
    ['questions that grow with the room', { callsOfNewcomer: 40 }, {}, /asked 40 times/],
    ['commits beyond their bound', {}, { commitBytesMax: limits.commitBytesMax }, /commit is too large/],
    [
      'a GroupInfo beyond its bound',
      {},
      { groupInfoBytes: limits.groupInfoBytesMax },
      /GroupInfo is too large/,
    ],
    [
      'Welcomes beyond their bound',
      {},
      { welcomeBytes: 32 * limits.welcomeBytesMax },
      /Welcome is too large/,
    ],
    ['a commit for each', {}, { welcomes: 1998 }, /1998 Welcomes/],
    ['a tree for each commit', {}, { treePartsBytes: 2 }, /stored again/],
  ])('finds %s', (_what, changes, stored, says) => {
    const crowd = { ...held, ...changes, stored: { ...held.stored, ...stored } }
    expect(violationsOf(crowd, members).join()).toMatch(says)
  })
})
