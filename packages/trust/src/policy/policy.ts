import { equalBytes, labelledHash } from '@sotto/protocol'

/** What an account is in a room; a higher number may do more. Codes of docs/spec/trust.md, "Encodings". */
export const roles = { guest: 0, member: 1, admin: 2, owner: 3 } as const
export type Role = (typeof roles)[keyof typeof roles]

export const roomKinds = { self: 0, dm: 1, group: 2, announce: 3 } as const
export type RoomKind = (typeof roomKinds)[keyof typeof roomKinds]

/** From when on a new member may be given what was written. */
export const historyModes = { none: 0, sinceJoin: 1, days: 2, all: 3 } as const
export type HistoryMode = (typeof historyModes)[keyof typeof historyModes]

export interface Member {
  readonly account: Uint8Array
  readonly role: Role
}

/** The lowest role that may do each of these. */
export interface Permissions {
  readonly post: Role
  readonly invite: Role
  readonly kick: Role
  readonly setMeta: Role
  readonly setPolicy: Role
  readonly deleteAny: Role
  readonly addHook: Role
  readonly mentionAll: Role
}
export type Permission = keyof Permissions

export interface History {
  readonly mode: HistoryMode
  /** Of mode `days`; 0 in all others. */
  readonly days: number
}

/** A script that may post into the room (HOOK-1), and the keys by which it is known. */
export interface Hook {
  readonly hook: Uint8Array
  /** JWK thumbprints. */
  readonly anchor: Uint8Array
  readonly script: Uint8Array | null
  readonly flags: number
}

/** Where a room was when an owner founded it anew (CREATE-4). */
export interface Predecessor {
  readonly groupId: Uint8Array
  readonly epoch: number
  readonly transcriptHash: Uint8Array
  readonly seq: number
  readonly hash: Uint8Array
}

/** The rules of a room and who has which role in it (POLICY-1 to POLICY-10); the only source of roles. */
export interface Policy {
  readonly room: Uint8Array
  /** How often the room was founded anew. */
  readonly generation: number
  readonly kind: RoomKind
  /** In increasing order of the accounts' ids. */
  readonly members: readonly Member[]
  readonly permissions: Permissions
  readonly history: History
  /** How long messages are kept; 0: without end. */
  readonly retentionS: number
  /** After how many days, 30 at least, a device that was not used may be taken out; 0: never. */
  readonly idleDaysMax: number
  /** Of the room's sealed metadata. */
  readonly metaHash: Uint8Array
  readonly hooks: readonly Hook[]
  readonly predecessor: Predecessor | null
}

export const roleOf = (policy: Policy, account: Uint8Array): Role | undefined =>
  policy.members.find((member) => equalBytes(member.account, account))?.role

export const may = (policy: Policy, account: Uint8Array, permission: Permission): boolean => {
  const role = roleOf(policy, account)
  return role !== undefined && role >= policy.permissions[permission]
}

/** `meta_hash = hash("meta", [salt16, meta])`: binds the sealed metadata to the policy without showing it. */
export const metaHash = (salt: Uint8Array, meta: Uint8Array): Uint8Array => labelledHash('meta', [salt, meta])
