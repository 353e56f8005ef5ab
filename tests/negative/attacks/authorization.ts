import { atTheDoor } from '../paths/door.ts'
import { restoring } from '../stage.ts'
import { healed } from '../paths/heal.ts'
import { afterRevocation, revokeAtTheServer } from '../revocation.ts'
import { ends, type Row } from '../table.ts'
import { byMessages } from './byMessages.ts'
import * as made from './commits.ts'
import * as outside from './outside.ts'

const resultOnly =
  'a Welcome shows the epoch that the commit leads to: who was taken out, or by whom, is not in it'
const rolesAreGiven = 'a Welcome shows the roles as they are: how one came to have them is not in it'
const noProposals = 'a Welcome shows no proposals'
const proposalsByValue = 'a commit from outside names no proposal of others: it would be C7a'

/** T-AUTH-1 to T-AUTH-7: who commits what it may not. */
export const authorization: readonly Row[] = [
  byMessages({
    rule: 'T-AUTH-1',
    what: 'a guest invites',
    make: made.guestInvites,
    broken: 'C2c',
    welcome: /^refused policy JOIN-3$/,
    outside: { make: outside.stranger, broken: 'C7c' },
  }),
  byMessages({
    rule: 'T-AUTH-1',
    what: 'a member takes another one out',
    make: made.memberRemoves,
    broken: 'C3a',
    welcome: resultOnly,
    outside: { make: outside.removingAnother, broken: 'C7b|LEAF-11' },
  }),
  byMessages({
    rule: 'T-AUTH-1',
    what: 'a member makes itself an owner',
    make: made.memberRises,
    broken: 'C5c',
    welcome: rolesAreGiven,
    outside: { make: outside.smugglingPolicy, broken: 'C7a|mls:invalid_proposal' },
  }),
  byMessages({
    rule: 'T-AUTH-2',
    what: "a member's removal of another rides in the owner's commit",
    make: made.smuggledRemoval,
    broken: 'C3a',
    welcome: noProposals,
    outside: proposalsByValue,
  }),
  byMessages({
    rule: 'T-AUTH-2',
    what: "a member's change of the roles rides in the owner's commit",
    make: made.smuggledPolicy,
    broken: 'C8b',
    welcome: noProposals,
    outside: proposalsByValue,
  }),
  byMessages({
    rule: 'T-AUTH-3',
    what: 'an update path with the credential of another account, copied from its leaf',
    make: made.stolenLeaf,
    broken: 'LEAF-7|C4a|LEAF-11',
    welcome: /^refused policy LEAF-7$/,
    outside: { make: outside.stolenIdentity, broken: 'LEAF-7' },
  }),
  byMessages({
    rule: 'T-AUTH-3',
    what: 'an update path that claims another account, certified by its own device',
    make: made.otherAccountLeaf,
    broken: 'LEAF-6',
    welcome: /^refused policy LEAF-6$/,
    outside: { make: outside.claimingAnotherAccount, broken: 'LEAF-6' },
  }),
  byMessages({
    rule: 'T-AUTH-3',
    what: 'an update path that claims a device which the account does not have',
    make: made.otherDeviceLeaf,
    broken: 'LEAF-6',
    welcome: /^refused policy LEAF-6$/,
    outside: { make: outside.claimingAnotherDevice, broken: 'LEAF-6' },
  }),
  byMessages({
    rule: 'T-AUTH-3',
    what: 'an update path with a leaf that another account has lent',
    make: made.lentLeaf,
    broken: 'C4a|LEAF-11',
    welcome: /^refused policy C2d$/,
    outside: { make: outside.removingAnother, broken: 'C7b|LEAF-11' },
  }),
  byMessages({
    rule: 'T-AUTH-3',
    what: 'an Update proposal with a leaf that another account has lent',
    make: made.updateToAnother,
    broken: 'C4a|LEAF-11',
    live: /^stopped policy (?:C4a|LEAF-11|mls:invalid_commit)$/,
    welcome: noProposals,
    outside: proposalsByValue,
  }),
  byMessages({
    rule: 'T-AUTH-4',
    what: 'an admin who was demoted one entry earlier takes a member out',
    make: made.demotedRemoves,
    broken: 'C3a',
    welcome: resultOnly,
    outside: { make: outside.takenOut, broken: 'C7c' },
  }),
  byMessages({
    rule: 'T-AUTH-4',
    what: 'a member who was made a guest one entry earlier invites',
    make: made.demotedInvites,
    broken: 'C2c',
    welcome: /^refused policy JOIN-3$/,
    outside: { make: outside.takenOut, broken: 'C7c' },
  }),
  byMessages({
    rule: 'T-AUTH-5',
    what: 'the last owner is an owner no more',
    make: made.lastOwnerDemoted,
    broken: 'C0b',
    welcome: /^refused policy C0b$/,
    outside:
      'a commit from outside changes no roles: it would be C7a, as where a member makes itself an owner',
  }),
  byMessages({
    rule: 'T-AUTH-5',
    what: "the last owner's only leaf is taken out",
    make: made.lastOwnerLeafless,
    broken: 'C3a|C5g',
    welcome:
      'a room whose owner has no device is one that time brings about, too: who is invited enters it (C5g)',
    outside: { make: outside.removingTheOwner, broken: 'C7b|LEAF-11' },
  }),
  byMessages({
    rule: 'T-AUTH-5',
    what: 'the last owner has asked to leave, and a member commits it',
    make: made.lastOwnerLeaves,
    // The server lets no such wish wait in the log.
    broken: 'C5f|C5g|pending',
    welcome: noProposals,
    outside: proposalsByValue,
  }),
  byMessages({
    rule: 'T-AUTH-5',
    what: 'the only owner is one who has no leaf',
    make: made.ownershipToNobody,
    broken: 'C5g',
    welcome:
      'a room whose owner has no device is one that time brings about, too: who is invited enters it (C5g)',
    outside:
      'a commit from outside changes no roles: it would be C7a, as where a member makes itself an owner',
  }),
  byMessages({
    rule: 'T-AUTH-6',
    what: 'the context is without a policy',
    make: made.policyMissing,
    broken: 'C0b',
    welcome: /^refused policy C0b$/,
    outside: { make: outside.smugglingNoPolicy, broken: 'C7a|C7d|mls:invalid_proposal' },
  }),
  byMessages({
    rule: 'T-AUTH-6',
    what: 'the context has the policy twice',
    make: made.policyTwice,
    broken: 'C0b|C0e',
    door: /^refused bad_request$/,
    heal: /^refused bad_request$/,
    welcome: 'no list of extensions with one of them twice can be read: neither in a Welcome nor elsewhere',
    outside: 'no list of extensions with one of them twice can be read: neither from outside nor from inside',
  }),
  byMessages({
    rule: 'T-AUTH-6',
    what: 'the context has an extension that nobody knows',
    make: made.unknownExtension,
    broken: 'C0c|mls:invalid_leaf|invalid_leaf',
    welcome: 'no leaf supports the extension, so that there is no tree that fits the context',
    outside: 'a commit from outside changes no context: it would be C7a, as where the policy is missing',
  }),
  byMessages({
    rule: 'T-AUTH-6',
    what: 'the policy has a field that nobody knows',
    make: made.policyUnknownField,
    broken: 'C0b',
    welcome: /^refused policy C0b$/,
    outside: 'a commit from outside changes no context: it would be C7a, as where the policy is missing',
  }),
  byMessages({
    rule: 'T-AUTH-7',
    what: 'a guest takes a member out',
    make: made.guestRemoves,
    broken: 'C3a',
    welcome: resultOnly,
    outside: { make: outside.removingAnother, broken: 'C7b|LEAF-11' },
  }),
  byMessages({
    rule: 'T-AUTH-7',
    what: 'a device that was revoked commits',
    make: made.revokedCommits,
    broken: 'LEAF-6|LEAF-8|C1a',
    // Its sessions end with it, and with them whatever it could say at the door.
    door: ends(/^refused (?:unauthorized|session_expired)$/, async (stage) => {
      const steps = await made.revokedCommits(stage)
      return restoring(stage, async () => {
        await revokeAtTheServer(stage)
        return atTheDoor(stage, steps)
      })
    }),
    heal: ends(/^refused policy (?:LEAF-6|LEAF-8|refused_by_caller)$/, async (stage) => {
      const steps = await made.revokedCommits(stage)
      const { timeMs } = await afterRevocation(stage)
      return restoring(stage, async () => {
        await revokeAtTheServer(stage)
        return healed(stage, { steps, timeMs, by: stage.members.mia })
      })
    }),
    welcome: /^refused policy (?:LEAF-5|LEAF-6|JOIN-1|JOIN-3)$/,
    outside: { make: outside.revoked, broken: 'LEAF-6|C7c' },
    around: afterRevocation,
  }),
  byMessages({
    rule: 'T-AUTH-7',
    what: 'a device whose leaf is past its end commits',
    make: made.expiredCommits,
    broken: 'LEAF-10',
    welcome: /^refused policy JOIN-3$/,
    outside: { make: outside.expired, broken: 'LEAF-10|C7c' },
  }),
]
