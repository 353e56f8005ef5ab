import assert from 'node:assert/strict'
import {
  authenticate,
  type AuthenticatedContent,
  signContent,
  verifyContent,
  type WireFormat,
} from '../../../src/authenticatedContent.ts'
import { decode, encode } from '../../../src/codec.ts'
import { decodeCommit } from '../../../src/commit.ts'
import { type Content, encodeContent } from '../../../src/framedContent.ts'
import type { GroupContext } from '../../../src/groupContext.ts'
import type { Crypto } from '../../../src/labels.ts'
import { tagMessage, verifyMembership } from '../../../src/membershipTag.ts'
import { decodeMessage, type Message, messageBytes } from '../../../src/message.ts'
import { type MessageSecrets, openContent, sealContent } from '../../../src/messageProtection.ts'
import { decodeProposal } from '../../../src/proposal.ts'
import { mls10 } from '../../../src/protocolVersion.ts'
import { secretTreeOf } from '../../../src/secretTree.ts'
import { cryptoOf, privateScalar } from '../cryptoOf.ts'
import { fromHex, toHex, vectorFile } from '../vectorFile.ts'

interface MessageProtectionCase {
  readonly cipher_suite: number
  readonly group_id: string
  readonly epoch: number
  readonly tree_hash: string
  readonly confirmed_transcript_hash: string
  readonly signature_priv: string
  readonly signature_pub: string
  readonly encryption_secret: string
  readonly sender_data_secret: string
  readonly membership_key: string
  readonly proposal: string
  readonly proposal_pub: string
  readonly proposal_priv: string
  readonly commit: string
  readonly commit_pub: string
  readonly commit_priv: string
  readonly application: string
  readonly application_priv: string
}

/** A group of two; leaf 1 sends. */
const leaves = 2
const sender = 1
const limits = { forwardStepsMax: 200, skippedKeysMax: 200, skippedGenerationsMax: 200 }

class Member {
  readonly crypto: Crypto
  readonly context: GroupContext
  readonly #vector: MessageProtectionCase

  constructor(vector: MessageProtectionCase) {
    this.#vector = vector
    this.crypto = cryptoOf(vector.cipher_suite)
    this.context = {
      version: mls10,
      cipherSuite: vector.cipher_suite,
      groupId: fromHex(vector.group_id),
      epoch: BigInt(vector.epoch),
      treeHash: fromHex(vector.tree_hash),
      confirmedTranscriptHash: fromHex(vector.confirmed_transcript_hash),
      extensions: [],
    }
  }

  get membershipKey(): Uint8Array {
    return fromHex(this.#vector.membership_key)
  }

  get secrets(): MessageSecrets {
    return {
      senderDataSecret: fromHex(this.#vector.sender_data_secret),
      secretTree: secretTreeOf(fromHex(this.#vector.encryption_secret), leaves),
    }
  }

  async open(message: Message): Promise<Content> {
    const authenticated = await this.#unprotect(message)
    const key = fromHex(this.#vector.signature_pub)
    assert(await verifyContent(this.crypto, key, authenticated, this.context), 'signature')
    return authenticated.framed.content
  }

  async #unprotect(message: Message): Promise<AuthenticatedContent> {
    if (message.kind === 'public') {
      verifyMembership(this.crypto, this.membershipKey, message.message, this.context)
      return message.message.authenticated
    }
    assert(message.kind === 'private')
    const opened = await openContent(
      this.crypto,
      limits,
      this.secrets,
      message.message,
      (leaf) => leaf < leaves,
    )
    assert.equal(opened.sender, sender)
    return opened.authenticated
  }

  async sign(content: Content, wireFormat: WireFormat): Promise<AuthenticatedContent> {
    const { groupId, epoch } = this.context
    const framed = {
      groupId,
      epoch,
      sender: { kind: 'member', leafIndex: sender } as const,
      authenticatedData: new Uint8Array(0),
      content,
    }
    const key = privateScalar(this.crypto, fromHex(this.#vector.signature_priv))
    const signed = await signContent(this.crypto, key, wireFormat, framed, this.context)
    return authenticate(signed, content.kind === 'commit' ? new Uint8Array(32) : undefined)
  }

  async protect(content: Content, wireFormat: WireFormat): Promise<Uint8Array> {
    const authenticated = await this.sign(content, wireFormat)
    if (wireFormat === 'public') {
      const message = tagMessage(this.crypto, this.membershipKey, authenticated, this.context)
      return messageBytes({ kind: 'public', message })
    }
    const { message } = await sealContent(this.crypto, this.secrets, authenticated, 5)
    return messageBytes({ kind: 'private', message })
  }
}

export const messageProtection = vectorFile<MessageProtectionCase>(
  'message-protection.json',
  async (vector) => {
    const member = new Member(vector)
    const check = async (content: Content, received: readonly string[]): Promise<void> => {
      const expected = toHex(encode(encodeContent, content))
      const sent: Uint8Array[] = [await member.protect(content, 'private')]
      if (content.kind !== 'application') sent.push(await member.protect(content, 'public'))
      for (const bytes of [...received.map(fromHex), ...sent]) {
        const opened = await member.open(decode(decodeMessage, bytes))
        assert.equal(toHex(encode(encodeContent, opened)), expected)
      }
    }

    const proposal = decode(decodeProposal, fromHex(vector.proposal))
    await check({ kind: 'proposal', proposal }, [vector.proposal_pub, vector.proposal_priv])
    const commit = decode(decodeCommit, fromHex(vector.commit))
    await check({ kind: 'commit', commit }, [vector.commit_pub, vector.commit_priv])
    const data = fromHex(vector.application)
    await check({ kind: 'application', data }, [vector.application_priv])
  },
)
