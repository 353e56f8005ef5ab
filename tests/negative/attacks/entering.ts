import type { Row } from '../table.ts'
import { afterRevocation } from '../revocation.ts'
import { byMessages, type Make } from './byMessages.ts'
import * as outside from './outside.ts'

const notOfMembers =
  'who is invited is brought in by a member: that somebody came from outside before is not in a Welcome'

const enteringRow = (what: string, make: Make, broken: string): Row =>
  byMessages({ rule: 'T-EXT', what, make, broken, welcome: notOfMembers, outside: { make, broken } })

/** T-EXT: who comes in from outside and may not, or not like this. */
export const entering: readonly Row[] = [
  enteringRow('without a proof', outside.withoutProof, 'C7e'),
  enteringRow('with a proof that is empty', outside.withEmptyProof, 'C7e'),
  enteringRow('with the proof for another epoch', outside.withOldProof, 'C7e'),
  enteringRow('with the proof for another room', outside.withProofOfAnotherRoom, 'C7e'),
  enteringRow('with the proof for another leaf', outside.withProofOfAnotherLeaf, 'C7e'),
  enteringRow('with the proof of another device', outside.withProofOfAnotherDevice, 'C7e'),
  enteringRow('in the place of somebody else', outside.removingAnother, 'C7b|LEAF-11'),
  enteringRow('beside the own old leaf', outside.withOwnLeafStanding, 'C2d'),
  {
    ...byMessages({
      rule: 'T-EXT',
      what: 'as a device that was revoked',
      make: outside.revoked,
      broken: 'LEAF-6|C7c',
      door: /^refused policy (?:LEAF-5|LEAF-6|C7c)$/,
      heal: /^refused policy (?:LEAF-5|LEAF-6|refused_by_caller)$/,
      welcome: notOfMembers,
      outside: { make: outside.revoked, broken: 'LEAF-6|C7c' },
      around: afterRevocation,
    }),
  },
]
