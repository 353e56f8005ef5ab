import assert from 'node:assert/strict'
import { decode } from '../../../src/codec.ts'
import { verifyGroupInfo } from '../../../src/groupInfo.ts'
import { openGroupInfo, openGroupSecrets } from '../../../src/groupSecrets.ts'
import { keyPackageRef } from '../../../src/keyPackage.ts'
import { joinEpoch, verifyConfirmation, welcomeSecret } from '../../../src/keySchedule.ts'
import { decodeMessage } from '../../../src/message.ts'
import { cryptoOf } from '../cryptoOf.ts'
import { fromHex, toHex, vectorFile } from '../vectorFile.ts'

interface WelcomeCase {
  readonly cipher_suite: number
  readonly init_priv: string
  readonly signer_pub: string
  readonly key_package: string
  readonly welcome: string
}

export const welcomes = vectorFile<WelcomeCase>('welcome.json', async (vector) => {
  const crypto = cryptoOf(vector.cipher_suite)
  const sent = decode(decodeMessage, fromHex(vector.welcome))
  const own = decode(decodeMessage, fromHex(vector.key_package))
  assert(sent.kind === 'welcome' && own.kind === 'key_package')

  const ref = toHex(keyPackageRef(crypto, own.keyPackage))
  const sealed = sent.welcome.secrets.find(({ newMember }) => toHex(newMember) === ref)
  assert(sealed)
  const initKeyPair = { publicKey: own.keyPackage.initKey, privateKey: fromHex(vector.init_priv) }
  const secrets = await openGroupSecrets(crypto, initKeyPair, sent.welcome, sealed)

  const noPsk = new Uint8Array(crypto.suite.hashBytes)
  const { secret } = welcomeSecret(crypto, secrets.joinerSecret, noPsk)
  const info = await openGroupInfo(crypto, secret, sent.welcome.encryptedGroupInfo)
  assert(await verifyGroupInfo(crypto, fromHex(vector.signer_pub), info), 'signature of the group info')
  const { confirmationKey } = joinEpoch(crypto, secrets.joinerSecret, noPsk, info.context)
  verifyConfirmation(crypto, confirmationKey, info.context.confirmedTranscriptHash, info.confirmationTag)
})
