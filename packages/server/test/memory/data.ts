import type { TreePart } from '@sotto/mls/public'
import type { SignedLink } from '@sotto/protocol'
import type { StoredInvite } from '../../src/authentication/invites.ts'
import type { StoredSession } from '../../src/authentication/store.ts'
import type {
  HandedOut,
  Membership,
  SealedMeta,
  StoredEntry,
  StoredHook,
  StoredWelcome,
} from '../../src/delivery/store.ts'
import type { StoredKeyPackage, VaultSlot } from '../../src/directory/store.ts'

import type { Asker, OpenRoom } from '../../src/openRoom/store.ts'
import type { Level } from '../../src/quota/budget.ts'

/** Everything that a server keeps, in memory. Values are never changed in place: a copy of the maps is a backup. */
export interface MemoryData {
  readonly accounts: Map<string, MemoryAccount>
  /** Account by device. */
  readonly devices: Map<string, string>
  /** By the hash of the key, in the order of their numbers. */
  readonly invites: Map<string, StoredInvite>
  readonly slots: Map<string, VaultSlot>
  readonly sessions: Map<string, StoredSession>
  readonly packages: Map<string, readonly MemoryPackage[]>
  readonly spent: Map<string, number>
  /** By claimant and hash. */
  readonly claims: Map<string, MemoryClaim>
  /** By account, and within that whom. */
  readonly blocks: Map<string, ReadonlyMap<string, Uint8Array>>
  readonly rooms: Map<string, MemoryRoom>
  /** Entry by sender tag and message id. */
  readonly messages: Map<string, StoredEntry>
  readonly counters: Map<string, number>
  readonly budgets: Map<string, Level>
  readonly hooks: Map<string, StoredHook>
  /** What was handed to scripts, by hook. */
  readonly hookOut: Map<string, MemoryHookOut>
  readonly forkTags: Map<string, MemoryForkTag>
  openRoom: OpenRoom | undefined
  /** Who asks to come into it, by account. */
  readonly askers: Map<string, Asker>
  /** When the server ran last. */
  lastMs: number | undefined
}

export interface MemoryAccount {
  readonly account: Uint8Array
  readonly name: string
  readonly credential: string
  readonly opaqueRecord: Uint8Array
  readonly seq: number
  readonly state: Uint8Array
  readonly links: readonly SignedLink[]
}

export interface MemoryPackage extends StoredKeyPackage {
  readonly createdMs: number
}

export interface MemoryClaim {
  readonly owner: string
  readonly claimant: string
  readonly times: number
  readonly notAfterS: number
}

export interface MemoryRoom {
  readonly id: Uint8Array
  readonly epoch: number
  readonly policy: Uint8Array
  readonly group: Uint8Array
  readonly groupInfo: Uint8Array
  readonly meta: SealedMeta | null
  readonly members: ReadonlyMap<string, MemoryMember>
  /** An entry stands at the index of its seq. */
  readonly entries: readonly StoredEntry[]
  readonly welcomes: readonly MemoryWelcome[]
}

export interface MemoryMember extends Membership {
  readonly untilSeq: number | null
  readonly leaving: boolean
}

export interface MemoryWelcome {
  readonly stored: StoredWelcome
  readonly tree: TreePart
  /** Devices, as keys, that have not settled it. */
  readonly devices: readonly string[]
}

export interface MemoryHookOut {
  readonly seq: number
  readonly next: number
  readonly waiting: readonly HandedOut[]
}

export interface MemoryForkTag {
  readonly room: string
  readonly epoch: number
  readonly device: string
  readonly tag: Uint8Array
}

export const emptyData = (): MemoryData => ({
  accounts: new Map(),
  devices: new Map(),
  invites: new Map(),
  slots: new Map(),
  sessions: new Map(),
  packages: new Map(),
  spent: new Map(),
  claims: new Map(),
  blocks: new Map(),
  rooms: new Map(),
  messages: new Map(),
  counters: new Map(),
  budgets: new Map(),
  hooks: new Map(),
  hookOut: new Map(),
  forkTags: new Map(),
  openRoom: undefined,
  askers: new Map(),
  lastMs: undefined,
})

export const copyData = (data: MemoryData): MemoryData => ({
  accounts: new Map(data.accounts),
  devices: new Map(data.devices),
  invites: new Map(data.invites),
  slots: new Map(data.slots),
  sessions: new Map(data.sessions),
  packages: new Map(data.packages),
  spent: new Map(data.spent),
  claims: new Map(data.claims),
  blocks: new Map(data.blocks),
  rooms: new Map(data.rooms),
  messages: new Map(data.messages),
  counters: new Map(data.counters),
  budgets: new Map(data.budgets),
  hooks: new Map(data.hooks),
  hookOut: new Map(data.hookOut),
  forkTags: new Map(data.forkTags),
  openRoom: data.openRoom,
  askers: new Map(data.askers),
  lastMs: data.lastMs,
})

export const keyOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')

export const claimKey = (claimant: Uint8Array, ref: Uint8Array): string => `${keyOf(claimant)}/${keyOf(ref)}`
