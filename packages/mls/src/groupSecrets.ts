import { decode, encode, type Reader, type Writer } from './codec.ts'
import { MlsError } from './error.ts'
import { decodeGroupInfo, encodeGroupInfo, type GroupInfo } from './groupInfo.ts'
import { welcomeKey } from './keySchedule.ts'
import { type KeyPackage, keyPackageRef } from './keyPackage.ts'
import { type Crypto, decryptWithLabel, encryptWithLabel } from './labels.ts'
import { decodePreSharedKeyId, encodePreSharedKeyId, type PreSharedKeyId } from './preSharedKeyId.ts'
import type { KeyPair } from './provider.ts'
import type { EncryptedGroupSecrets, Welcome } from './welcome.ts'

/** What each new member gets under its own init key. */
export interface GroupSecrets {
  readonly joinerSecret: Uint8Array
  readonly pathSecret: Uint8Array | undefined
  readonly psks: readonly PreSharedKeyId[]
}

const psksMax = 256

export const encodeGroupSecrets = (writer: Writer, secrets: GroupSecrets): void => {
  writer.opaque(secrets.joinerSecret)
  writer.optional((into, pathSecret) => into.opaque(pathSecret), secrets.pathSecret)
  writer.vector(encodePreSharedKeyId, secrets.psks)
}

export const decodeGroupSecrets = (reader: Reader): GroupSecrets => ({
  joinerSecret: reader.opaque(),
  pathSecret: reader.optional((from) => from.opaque()),
  psks: reader.vector(decodePreSharedKeyId, psksMax),
})

const empty = new Uint8Array(0)

export const sealGroupInfo = async (
  crypto: Crypto,
  welcomeSecret: Uint8Array,
  info: GroupInfo,
): Promise<Uint8Array> => {
  const { key, nonce } = welcomeKey(crypto, welcomeSecret)
  return crypto.provider.aeadSeal(crypto.suite.aead, key, nonce, empty, encode(encodeGroupInfo, info))
}

/** @throws MlsError `decrypt_failed`, `malformed` */
export const openGroupInfo = async (
  crypto: Crypto,
  welcomeSecret: Uint8Array,
  encryptedGroupInfo: Uint8Array,
): Promise<GroupInfo> => {
  const { key, nonce } = welcomeKey(crypto, welcomeSecret)
  const bytes = await crypto.provider.aeadOpen(crypto.suite.aead, key, nonce, empty, encryptedGroupInfo)
  return decode(decodeGroupInfo, bytes)
}

/** The encrypted group info goes in as context, so that no one can put another in its place. */
export const sealGroupSecrets = async (
  crypto: Crypto,
  keyPackage: KeyPackage,
  encryptedGroupInfo: Uint8Array,
  secrets: GroupSecrets,
): Promise<EncryptedGroupSecrets> => ({
  newMember: keyPackageRef(crypto, keyPackage),
  encryptedGroupSecrets: await encryptWithLabel(
    crypto,
    keyPackage.initKey,
    'Welcome',
    encryptedGroupInfo,
    encode(encodeGroupSecrets, secrets),
  ),
})

/** @throws MlsError `decrypt_failed`, `malformed`, `invalid_welcome` */
export const openGroupSecrets = async (
  crypto: Crypto,
  initKeyPair: KeyPair,
  welcome: Welcome,
  { encryptedGroupSecrets }: EncryptedGroupSecrets,
): Promise<GroupSecrets> => {
  const secrets = decode(
    decodeGroupSecrets,
    await decryptWithLabel(crypto, initKeyPair, 'Welcome', welcome.encryptedGroupInfo, encryptedGroupSecrets),
  )
  if (secrets.joinerSecret.length !== crypto.suite.hashBytes)
    throw new MlsError('invalid_welcome', 'a joiner secret of wrong length')
  return secrets
}
