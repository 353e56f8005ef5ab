import assert from 'node:assert/strict'
import { decode, type Decode, encode, type Encode, type Reader } from '../../../src/codec.ts'
import { decodeCommit, encodeCommit } from '../../../src/commit.ts'
import { decodeGroupSecrets, encodeGroupSecrets } from '../../../src/groupSecrets.ts'
import { decodeMessage, encodeMessage, type Message } from '../../../src/message.ts'
import { decodeProposal, encodeProposal, type Proposal, proposalType } from '../../../src/proposal.ts'
import { decodeTree, encodeTree } from '../../../src/treeEncoding.ts'
import { fromHex, toHex, vectorFile } from '../vectorFile.ts'

type Field =
  | 'mls_welcome'
  | 'mls_group_info'
  | 'mls_key_package'
  | 'ratchet_tree'
  | 'group_secrets'
  | 'add_proposal'
  | 'update_proposal'
  | 'remove_proposal'
  | 'pre_shared_key_proposal'
  | 're_init_proposal'
  | 'external_init_proposal'
  | 'group_context_extensions_proposal'
  | 'commit'
  | 'public_message_application'
  | 'public_message_proposal'
  | 'public_message_commit'
  | 'private_message'

type MessagesCase = Readonly<Record<Field, string>>

const same = <T>(encoder: Encode<T>, decoder: Decode<T>, hex: string): T => {
  const value = decode(decoder, fromHex(hex))
  assert.equal(toHex(encode(encoder, value)), hex)
  return value
}

/** The vectors have proposals without their type. */
const sameProposal = (kind: Exclude<Proposal['kind'], 'unknown'>, hex: string): void => {
  const type = proposalType[kind]
  const typed = `${type.toString(16).padStart(4, '0')}${hex}`
  assert.equal(same(encodeProposal, decodeProposal, typed).kind, kind)
}

const message = (kind: Message['kind']): Decode<Message> => {
  return (reader: Reader) => {
    const read = decodeMessage(reader)
    assert.equal(read.kind, kind)
    return read
  }
}

export const messages = vectorFile<MessagesCase>('messages.json', (vector) => {
  same(encodeMessage, message('welcome'), vector.mls_welcome)
  same(encodeMessage, message('group_info'), vector.mls_group_info)
  same(encodeMessage, message('key_package'), vector.mls_key_package)
  assert.equal(toHex(encodeTree(decodeTree(fromHex(vector.ratchet_tree)))), vector.ratchet_tree)
  same(encodeGroupSecrets, decodeGroupSecrets, vector.group_secrets)

  sameProposal('add', vector.add_proposal)
  sameProposal('update', vector.update_proposal)
  sameProposal('remove', vector.remove_proposal)
  sameProposal('psk', vector.pre_shared_key_proposal)
  sameProposal('reinit', vector.re_init_proposal)
  sameProposal('external_init', vector.external_init_proposal)
  sameProposal('group_context_extensions', vector.group_context_extensions_proposal)

  same(encodeCommit, decodeCommit, vector.commit)
  same(encodeMessage, message('public'), vector.public_message_application)
  same(encodeMessage, message('public'), vector.public_message_proposal)
  same(encodeMessage, message('public'), vector.public_message_commit)
  same(encodeMessage, message('private'), vector.private_message)
})
