import { accountsAndRooms } from './0001-accounts-and-rooms.ts'
import { credentials } from './0002-credentials.ts'
import { storage } from './0003-storage.ts'
import { openLaneTables } from './0004-open-lane.ts'
import { hookTables } from './0005-hooks.ts'
import { clockTable } from './0006-clock.ts'
import { inviteTables } from './0007-invites.ts'
import { identityTable } from './0008-identity.ts'
import { treeTables } from './0009-trees.ts'
import { claimTables } from './0010-claims-and-blocks.ts'
import { chatsOfUser } from './0011-chats-of-user.ts'
import { countersInRows } from './0012-counters-in-rows.ts'
import { standingTables } from './0013-standings.ts'
import { releasedNamesByEnd } from './0014-released-names-by-end.ts'
import { wholeTreeNames } from './0015-whole-tree-names.ts'
import { roomsOfAccount } from './0016-rooms-of-account.ts'
import { chatsJoined } from './0017-chats-joined.ts'
import { addressees } from './0018-addressees.ts'
import { leavingMembers } from './0019-leaving-members.ts'
import { looksOfNames } from './0020-looks-of-names.ts'
import { looksWithOwnTable } from './0021-looks-with-own-table.ts'
import { openRoomTables } from './0022-open-room.ts'
import { numbersOfKysely } from './0023-numbers-of-kysely.ts'
import type { Migration } from './migration.ts'

/** All of them, in order. */
export const migrations: readonly Migration[] = [
  accountsAndRooms,
  credentials,
  storage,
  openLaneTables,
  hookTables,
  clockTable,
  inviteTables,
  identityTable,
  treeTables,
  claimTables,
  chatsOfUser,
  countersInRows,
  standingTables,
  releasedNamesByEnd,
  wholeTreeNames,
  roomsOfAccount,
  chatsJoined,
  addressees,
  leavingMembers,
  looksOfNames,
  looksWithOwnTable,
  openRoomTables,
  numbersOfKysely,
]
