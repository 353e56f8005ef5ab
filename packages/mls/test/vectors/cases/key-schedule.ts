import assert from 'node:assert/strict'
import { exported } from '../../../src/exporter.ts'
import { groupContextBytes } from '../../../src/groupContext.ts'
import { externalKeyPair, nextEpoch } from '../../../src/keySchedule.ts'
import { mls10 } from '../../../src/protocolVersion.ts'
import { cryptoOf } from '../cryptoOf.ts'
import { fromHex, toHex, vectorFile } from '../vectorFile.ts'

interface KeyScheduleCase {
  readonly cipher_suite: number
  readonly group_id: string
  readonly initial_init_secret: string
  readonly epochs: readonly {
    readonly tree_hash: string
    readonly commit_secret: string
    readonly psk_secret: string
    readonly confirmed_transcript_hash: string
    readonly group_context: string
    readonly joiner_secret: string
    readonly welcome_secret: string
    readonly init_secret: string
    readonly sender_data_secret: string
    readonly encryption_secret: string
    readonly exporter_secret: string
    readonly epoch_authenticator: string
    readonly external_secret: string
    readonly confirmation_key: string
    readonly membership_key: string
    readonly resumption_psk: string
    readonly external_pub: string
    readonly exporter: {
      readonly label: string
      readonly context: string
      readonly length: number
      readonly secret: string
    }
  }[]
}

export const keySchedule = vectorFile<KeyScheduleCase>('key-schedule.json', async (vector) => {
  const crypto = cryptoOf(vector.cipher_suite)
  let initSecret = fromHex(vector.initial_init_secret)
  for (const [epoch, expected] of vector.epochs.entries()) {
    const context = {
      version: mls10,
      cipherSuite: vector.cipher_suite,
      groupId: fromHex(vector.group_id),
      epoch: BigInt(epoch),
      treeHash: fromHex(expected.tree_hash),
      confirmedTranscriptHash: fromHex(expected.confirmed_transcript_hash),
      extensions: [],
    }
    assert.equal(toHex(groupContextBytes(context)), expected.group_context)

    const start = nextEpoch(
      crypto,
      initSecret,
      fromHex(expected.commit_secret),
      fromHex(expected.psk_secret),
      context,
    )
    const { secrets } = start
    assert.equal(toHex(start.joinerSecret), expected.joiner_secret)
    assert.equal(toHex(start.welcomeSecret), expected.welcome_secret)
    assert.equal(toHex(start.encryptionSecret), expected.encryption_secret)
    assert.equal(toHex(start.confirmationKey), expected.confirmation_key)
    assert.equal(toHex(secrets.initSecret), expected.init_secret)
    assert.equal(toHex(secrets.senderDataSecret), expected.sender_data_secret)
    assert.equal(toHex(secrets.exporterSecret), expected.exporter_secret)
    assert.equal(toHex(secrets.epochAuthenticator), expected.epoch_authenticator)
    assert.equal(toHex(secrets.externalSecret), expected.external_secret)
    assert.equal(toHex(secrets.membershipKey), expected.membership_key)
    assert.equal(toHex(secrets.resumptionPsk), expected.resumption_psk)
    const { publicKey } = await externalKeyPair(crypto, secrets.externalSecret)
    assert.equal(toHex(publicKey), expected.external_pub)
    const { label, context: exporterContext, length, secret } = expected.exporter
    const out = exported(crypto, secrets.exporterSecret, label, fromHex(exporterContext), length)
    assert.equal(toHex(out), secret)
    initSecret = secrets.initSecret
  }
})
