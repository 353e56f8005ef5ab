import type { Generated } from 'kysely'
import type { Membership, OpenChat, StoredToken } from '../../open/store.ts'

/** The tables of the open lane. Payloads and contents are ciphertext; names of users and classic rooms are readable. */
export interface OpenLaneSchema {
  open_users: {
    id: Generated<number>
    name: string
    account: Uint8Array | null
    password: string | null
    public_key: string | null
    fingerprint: string | null
    hidden: number
    created_ms: number
  }
  open_tokens: {
    id: Generated<number>
    token_hash: Uint8Array
    user_id: number
    kind: StoredToken['kind']
    label: string
    scopes: string
    created_ms: number
    used_ms: number
    expires_ms: number
  }
  open_mail: {
    id: Generated<number>
    user_id: number
    /** Null where it was not kept, before there were shares. */
    sender_id: number | null
    event: string
    payload: string
    /** Length of the payload, as it was counted. */
    characters: number
    created_ms: number
  }
  /** What waits for somebody, altogether and by who sent it. */
  open_mailboxes: { user_id: number; letters: number; characters: number }
  open_mail_shares: { user_id: number; sender_id: number; letters: number; characters: number }
  /** To whom somebody has ever written: those he knows. */
  open_addressees: { user_id: number; addressee_id: number }
  open_rooms: {
    id: Generated<number>
    name: string
    unique_name: string
    description: string
    creator_id: number
    private: number
    generation: number
    /** Of those who have joined or may. */
    members: number
    created_ms: number
  }
  open_members: { room_id: number; user_id: number; membership: Membership }
  open_room_messages: {
    id: Generated<number>
    room_id: number
    sender_id: number
    key_id: string
    iv: Uint8Array
    iv_text: string
    content: string
    message_hash: string
    created_ms: number
  }
  open_chats: {
    id: string
    initiator_id: number
    generation: number
    state: OpenChat['state']
    created_ms: number
  }
  /** Null: invited, and not heard of. */
  open_participants: { chat_id: string; user_id: number; joined_ms: number | null }
}
