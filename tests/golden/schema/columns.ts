import { decodeAs, encodeAs, type Shape } from '@sotto/protocol'
import { decodePublicGroup, encodePublicGroup } from '@sotto/mls'
import { storedVersion } from '../../../packages/mls/src/storedParts.ts'
import { entryShape } from '../../../packages/protocol/src/log/entry.ts'
import { loggedPostShape } from '../../../packages/protocol/src/log/hook.ts'
import { loggedNackShape } from '../../../packages/protocol/src/log/nack.ts'
import { signaturesShape } from '../../../packages/server/src/store/linkRow.ts'
import { readScopes, writeScopes } from '../../../packages/server/src/open/accounts/scope.ts'
import { accountStateShape } from '../../../packages/trust/src/account/accountState.ts'
import { linkShape } from '../../../packages/trust/src/account/link.ts'
import { policyShape } from '../../../packages/trust/src/policy/codec.ts'

/** What a column holds that this program writes in a form of its own. */
export interface Encoded {
  /** Two forms that are described alike are written alike. */
  form(): string
  /** Reads a value of the column, and writes it as this build would; undefined for one that is of another kind. */
  rewritten(value: unknown): unknown
}

const shaped = <T>(shape: Shape<T>): Encoded => ({
  form: () => shape.describe(),
  rewritten: (value) => encodeAs(shape, decodeAs(shape, value as Uint8Array)),
})

/** Columns of the server's tables that hold something encoded: their form changes with a migration, like a column. */
export const encodedForms: Readonly<Record<string, Encoded>> = {
  'accounts.state': shaped(accountStateShape),
  'entries.entry': shaped(entryShape),
  'groups.state': {
    form: () => `public group of mls, stored form ${storedVersion}`,
    rewritten: (value) => encodePublicGroup(decodePublicGroup(value as Uint8Array)),
  },
  'hooks.key_ids': {
    form: () => 'thumbprints, a space between them',
    rewritten: (value) => String(value).split(' ').join(' '),
  },
  'links.bytes': shaped(linkShape),
  'links.signatures': shaped(signaturesShape),
  'open_tokens.scopes': {
    form: () => 'scopes, a space between them',
    rewritten: (value) => writeScopes(readScopes(String(value))),
  },
  'rooms.policy': shaped(policyShape),
}

/** Of payloads in the log, those of the server's own making: of posts by scripts, and of refused commits. */
export const payloadForms: Readonly<Record<string, Encoded>> = {
  'entries.payload of a hook': shaped(loggedPostShape),
  'entries.payload of a nack': shaped(loggedNackShape),
}

/** The other columns of text and bytes, by what they hold. No form of theirs is the server's to change. */
const plain: Readonly<Record<string, string>> = {
  'ids, hashes, tags and tokens': `
    accounts.account blocks.account blocks.blocked devices.device devices.account entries.hash entries.message_id
    fork_tags.room fork_tags.device fork_tags.tag groups.room heads.hash hook_out.hook hooks.hook hooks.room hooks.account
    hooks.token_hash identity.store identity.secrets invitations.room invitations.device invites.key_hash
    key_package_claims.ref key_package_claims.claimant key_package_claims.owner key_packages.ref key_packages.account
    key_packages.device links.account members.room members.device members.account open_chats.id open_participants.chat_id
    open_room.room open_room_askers.account open_tokens.token_hash open_users.account open_users.fingerprint rooms.room
    seen.account senders.tag sessions.token_hash sessions.account sessions.device spent_key_packages.ref standings.account
    tree_parts.hash vault_slots.account welcomes.room welcomes.hash welcomes.inviter welcomes.tree_hash`,
  'names and words as they were typed': `
    accounts.name accounts.credential open_room.name open_rooms.name open_rooms.unique_name open_rooms.description
    open_tokens.label open_users.name released_names.name schema_version.name`,
  'one of few words': `
    open_chats.state open_mail.event open_members.membership open_standings.standing open_tokens.kind standings.standing
    vault_slots.slot`,
  'keys by which rows are found, made of ids and names': 'budgets.budget looks.look released_names.look',
  'as it came from outside: sealed, signed, of RFC 9420, JOSE or OPAQUE': `
    accounts.opaque_record entries.payload entries.aux hook_out.jwe hooks.statement key_packages.bytes open_mail.payload
    open_room_messages.key_id open_room_messages.iv open_room_messages.iv_text open_room_messages.content
    open_room_messages.message_hash open_users.password open_users.public_key rooms.group_info rooms.meta
    tree_parts.nodes vault_slots.sealed welcomes.welcome welcomes.meta`,
}

export const plainColumns: readonly string[] = Object.values(plain).flatMap((columns) =>
  columns.split(/\s+/).filter((column) => column !== ''),
)
