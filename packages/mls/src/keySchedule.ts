import { ascii, equalBytes } from './bytes.ts'
import { MlsError } from './error.ts'
import { type GroupContext, groupContextBytes } from './groupContext.ts'
import { hpkeReceiveExport, hpkeSendExport } from './hpke.ts'
import { type Crypto, deriveSecret, expandWithLabel } from './labels.ts'
import type { Awaitable, KeyPair } from './provider.ts'

/** The secrets of an epoch that outlive its start (RFC 9420 §8). */
export interface EpochSecrets {
  readonly initSecret: Uint8Array
  readonly senderDataSecret: Uint8Array
  readonly exporterSecret: Uint8Array
  readonly externalSecret: Uint8Array
  readonly membershipKey: Uint8Array
  readonly resumptionPsk: Uint8Array
  readonly epochAuthenticator: Uint8Array
}

/** All that the key schedule yields for an epoch. */
export interface EpochStart {
  readonly secrets: EpochSecrets
  readonly joinerSecret: Uint8Array
  readonly welcomeSecret: Uint8Array
  /** The root of the secret tree. */
  readonly encryptionSecret: Uint8Array
  readonly confirmationKey: Uint8Array
  /** What was only on the way, to be wiped. */
  readonly consumed: readonly Uint8Array[]
}

const empty = new Uint8Array(0)

/**
 * From the epoch before: `init_secret`, what the commit brought, and its pre-shared keys.
 *
 * @throws MlsError `invalid_use` for a state whose secrets were wiped
 */
export const nextEpoch = (
  crypto: Crypto,
  initSecret: Uint8Array,
  commitSecret: Uint8Array,
  pskSecret: Uint8Array,
  context: GroupContext,
): EpochStart => {
  if (initSecret.every((byte) => byte === 0)) throw new MlsError('invalid_use', 'a state that was wiped')
  const { provider, suite } = crypto
  const extracted = provider.hkdfExtract(suite.kdf, initSecret, commitSecret)
  const joinerSecret = expandWithLabel(
    crypto,
    extracted,
    'joiner',
    groupContextBytes(context),
    suite.hashBytes,
  )
  const epoch = joinEpoch(crypto, joinerSecret, pskSecret, context)
  return { ...epoch, consumed: [extracted, ...epoch.consumed] }
}

/** From what a Welcome says. */
export const joinEpoch = (
  crypto: Crypto,
  joinerSecret: Uint8Array,
  pskSecret: Uint8Array,
  context: GroupContext,
): EpochStart => {
  const { provider, suite } = crypto
  const member = provider.hkdfExtract(suite.kdf, joinerSecret, pskSecret)
  const epochSecret = expandWithLabel(crypto, member, 'epoch', groupContextBytes(context), suite.hashBytes)
  const start = startEpoch(crypto, epochSecret)
  return {
    ...start,
    joinerSecret,
    welcomeSecret: deriveSecret(crypto, member, 'welcome'),
    consumed: [member, epochSecret],
  }
}

/** From `epoch_secret`: of a new group it is random (RFC 9420 §11). */
export const startEpoch = (
  crypto: Crypto,
  epochSecret: Uint8Array,
): Pick<EpochStart, 'secrets' | 'encryptionSecret' | 'confirmationKey'> => {
  const derive = (label: string): Uint8Array => deriveSecret(crypto, epochSecret, label)
  return {
    secrets: {
      initSecret: derive('init'),
      senderDataSecret: derive('sender data'),
      exporterSecret: derive('exporter'),
      externalSecret: derive('external'),
      membershipKey: derive('membership'),
      resumptionPsk: derive('resumption'),
      epochAuthenticator: derive('authentication'),
    },
    encryptionSecret: derive('encryption'),
    confirmationKey: derive('confirm'),
  }
}

/** `welcome_secret` alone, for who has no context yet: it is inside of what this secret opens. */
export const welcomeSecret = (
  crypto: Crypto,
  joinerSecret: Uint8Array,
  pskSecret: Uint8Array,
): { readonly secret: Uint8Array; readonly consumed: readonly Uint8Array[] } => {
  const member = crypto.provider.hkdfExtract(crypto.suite.kdf, joinerSecret, pskSecret)
  return { secret: deriveSecret(crypto, member, 'welcome'), consumed: [member] }
}

/** The key under which a Welcome's GroupInfo is encrypted (RFC 9420 §12.4.3.1). */
export const welcomeKey = (
  crypto: Crypto,
  secret: Uint8Array,
): { readonly key: Uint8Array; readonly nonce: Uint8Array } => ({
  key: expandWithLabel(crypto, secret, 'key', empty, crypto.suite.keyBytes),
  nonce: expandWithLabel(crypto, secret, 'nonce', empty, crypto.suite.nonceBytes),
})

/** By which everyone in an epoch shows to have the same view of it (RFC 9420 §6.1). */
export const confirmationTag = (
  { provider, suite }: Crypto,
  confirmationKey: Uint8Array,
  confirmedTranscriptHash: Uint8Array,
): Uint8Array => provider.hmac(suite.hash, confirmationKey, confirmedTranscriptHash)

/** @throws MlsError `bad_authentication` */
export const verifyConfirmation = (
  crypto: Crypto,
  confirmationKey: Uint8Array,
  confirmedTranscriptHash: Uint8Array,
  tag: Uint8Array,
): void => {
  if (!equalBytes(confirmationTag(crypto, confirmationKey, confirmedTranscriptHash), tag))
    throw new MlsError('bad_authentication', 'confirmation tag')
}

/** The key pair of the group as a whole, to which external commits are sealed (RFC 9420 §8). */
export const externalKeyPair = (
  { provider, suite }: Crypto,
  externalSecret: Uint8Array,
): Awaitable<KeyPair> => provider.kemDerive(suite.kem, externalSecret)

const externalInitLabel = ascii('MLS 1.0 external init secret')

/** A new `init_secret` from outside (RFC 9420 §8.3). @throws MlsError `invalid_key` */
export const sendExternalInit = async (
  crypto: Crypto,
  externalPub: Uint8Array,
): Promise<{ readonly kemOutput: Uint8Array; readonly initSecret: Uint8Array }> => {
  const sent = await hpkeSendExport(crypto, externalPub, empty, externalInitLabel, crypto.suite.hashBytes)
  return { kemOutput: sent.kemOutput, initSecret: sent.exported }
}

/** @throws MlsError `invalid_key`, `decrypt_failed` */
export const receiveExternalInit = async (
  crypto: Crypto,
  externalSecret: Uint8Array,
  kemOutput: Uint8Array,
): Promise<Uint8Array> => {
  const keyPair = await externalKeyPair(crypto, externalSecret)
  return hpkeReceiveExport(crypto, keyPair, kemOutput, empty, externalInitLabel, crypto.suite.hashBytes)
}
