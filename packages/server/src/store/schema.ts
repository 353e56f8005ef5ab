import type { Generated } from 'kysely'
import type { Standing } from './standing.ts'
import type { OpenLaneSchema } from './openLane/schema.ts'

/** The tables. Columns of bytes hold ids, hashes and what clients have sealed or signed; nothing readable but names. */
export interface Schema extends OpenLaneSchema {
  accounts: {
    account: Uint8Array
    name: string
    credential: string
    opaque_record: Uint8Array
    seq: number
    /** The verified chain, as `trust` encodes it. */
    state: Uint8Array
    created_ms: number
  }
  /** Of accounts that are not as others. */
  standings: { account: Uint8Array; standing: Standing; since_ms: number }
  open_standings: { user_id: number; standing: Standing; since_ms: number }
  /** When a session of an account was last used. */
  seen: { account: Uint8Array; seen_ms: number }
  open_seen: { user_id: number; seen_ms: number }
  /** Names of accounts that are gone, which are nobody's for a while. */
  released_names: { name: string; look: string; until_ms: number }
  /** What names look like, and how many look so: one, or as many as there were before looks were compared. */
  looks: { look: string; names: number }
  /** What lets somebody register, by the hash of its key. */
  invites: {
    id: Generated<number>
    key_hash: Uint8Array
    uses_max: number
    uses: number
    created_ms: number
    expires_ms: number
  }
  /** One row: the time that the server went by when it was last seen running. */
  clock: { id: number; time_ms: number }
  /** One row: which database this is, of which secrets, and how far it had come when its marker was made. */
  identity: {
    id: number
    store: Uint8Array
    secrets: Uint8Array
    generation: number
    time_ms: number
    closed: number
  }
  devices: { device: Uint8Array; account: Uint8Array }
  links: { account: Uint8Array; seq: number; bytes: Uint8Array; signatures: Uint8Array }
  vault_slots: { account: Uint8Array; slot: string; counter: number; sealed: Uint8Array }
  sessions: {
    token_hash: Uint8Array
    account: Uint8Array
    device: Uint8Array | null
    created_ms: number
    used_ms: number
  }
  key_packages: {
    ref: Uint8Array
    account: Uint8Array
    device: Uint8Array
    last_resort: number
    bytes: Uint8Array
    not_after_s: number
    created_ms: number
  }
  /** What was handed out, until it has expired: a package that is uploaded again is not handed out again. */
  spent_key_packages: { ref: Uint8Array; not_after_s: number }
  /** What each account was handed and has not used up; of a last resort several times. */
  key_package_claims: {
    ref: Uint8Array
    claimant: Uint8Array
    owner: Uint8Array
    times: number
    not_after_s: number
  }
  /** Whose invitations an account does not want. */
  blocks: { account: Uint8Array; blocked: Uint8Array }
  rooms: {
    /** What the tables that grow with every message refer to: their indices are many times as large otherwise. */
    id: Generated<number>
    room: Uint8Array
    epoch: number
    policy: Uint8Array
    group_info: Uint8Array
    meta: Uint8Array | null
    meta_epoch: number | null
  }
  groups: { room: Uint8Array; state: Uint8Array }
  /** Changes with every message, and is therefore not part of the large row. */
  heads: { room_id: number; seq: number; hash: Uint8Array; time_ms: number }
  /** A device in a room, as its tag; the counter of its last message. */
  senders: { id: Generated<number>; tag: Uint8Array; counter: number | null }
  entries: {
    room_id: number
    seq: number
    entry: Uint8Array
    hash: Uint8Array
    payload: Uint8Array | null
    aux: Uint8Array | null
    sender_id: number
    message_id: Uint8Array
    time_ms: number
  }
  members: {
    room: Uint8Array
    device: Uint8Array
    account: Uint8Array
    leaf: number
    /** The entry that took the leaf out of the tree; null while it is in. */
    until_seq: number | null
    /** 1: the device has declined or asks to be taken out. */
    leaving: number
  }
  welcomes: {
    room: Uint8Array
    seq: number
    hash: Uint8Array
    epoch: number
    inviter: Uint8Array
    welcome: Uint8Array
    tree_hash: Uint8Array
    tree_id: number
    meta: Uint8Array | null
    time_ms: number
  }
  /** See `treeStore.ts`. */
  tree_parts: {
    id: Generated<number>
    hash: Uint8Array
    nodes: Uint8Array
    /** Null where `nodes` is a whole tree, as earlier versions stored it. */
    blanks: number | null
    left_id: number | null
    right_id: number | null
    refs: number
  }
  /** One row: the room that whoever has an account may ask to come into. */
  open_room: { id: number; room: Uint8Array; name: string; since_ms: number }
  /** Who asks to come into the open room. */
  open_room_askers: { account: Uint8Array; asked_ms: number }
  invitations: { room: Uint8Array; seq: number; device: Uint8Array }
  /** What of each budget was used up at a moment; it drains from then on. */
  budgets: { budget: string; bytes: number; bytes_per_day: number; at_ms: number }
  hooks: {
    hook: Uint8Array
    room: Uint8Array
    account: Uint8Array
    token_hash: Uint8Array
    generation: number
    /** Thumbprints, with a space between them. */
    key_ids: string
    statement: string
    out_seq: number
    /** Of what waits for the script. */
    out_count: Generated<number>
    out_bytes: Generated<number>
  }
  /** What waits for scripts, sealed to their keys. */
  hook_out: { id: Generated<number>; hook: Uint8Array; jwe: string }
  fork_tags: { room: Uint8Array; epoch: number; device: Uint8Array; tag: Uint8Array }
}
