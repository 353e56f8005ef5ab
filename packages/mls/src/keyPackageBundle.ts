import type { Capabilities } from './capabilities.ts'
import { encode } from './codec.ts'
import { type Credential, credentialTypeOf } from './credential.ts'
import { MlsError } from './error.ts'
import { type Extension, isDefaultExtension } from './extension.ts'
import { encodeKeyPackage, type KeyPackage, signKeyPackage } from './keyPackage.ts'
import type { Crypto } from './labels.ts'
import { signLeafNode } from './leafNode.ts'
import { mls10 } from './protocolVersion.ts'
import type { KeyPair } from './provider.ts'

/** A key package with the private keys that its maker keeps until it is used. Secret. */
export interface KeyPackageBundle {
  readonly keyPackage: KeyPackage
  /** The key package as published. */
  readonly bytes: Uint8Array
  readonly initPrivateKey: Uint8Array
  readonly encryptionPrivateKey: Uint8Array
  readonly signaturePrivateKey: Uint8Array
}

export interface KeyPackageOptions {
  readonly credential: Credential
  readonly signatureKeyPair: KeyPair
  readonly capabilities: Capabilities
  /** Seconds since 1970. */
  readonly notBefore: bigint
  readonly notAfter: bigint
  readonly leafExtensions?: readonly Extension[]
  readonly extensions?: readonly Extension[]
}

/**
 * A signed key package with fresh init and encryption keys (RFC 9420 §10).
 *
 * @throws MlsError `invalid_use` when the capabilities do not list the version, the suite, the credential type and
 * each extension used, for no one could add its owner then
 */
export const makeKeyPackage = async (
  crypto: Crypto,
  options: KeyPackageOptions,
): Promise<KeyPackageBundle> => {
  const { credential, signatureKeyPair, capabilities, notBefore, notAfter } = options
  const { leafExtensions = [], extensions = [] } = options
  const unlisted = firstUnlisted(crypto, options)
  if (unlisted) throw new MlsError('invalid_use', `capabilities do not list ${unlisted}`)

  const init = await crypto.provider.kemGenerate(crypto.suite.kem)
  const encryption = await crypto.provider.kemGenerate(crypto.suite.kem)
  const leafNode = await signLeafNode(crypto, signatureKeyPair.privateKey, {
    encryptionKey: encryption.publicKey,
    signatureKey: signatureKeyPair.publicKey,
    credential,
    capabilities,
    source: { kind: 'key_package', notBefore, notAfter },
    extensions: leafExtensions,
  })
  const keyPackage = await signKeyPackage(crypto, signatureKeyPair.privateKey, {
    version: mls10,
    cipherSuite: crypto.suite.id,
    initKey: init.publicKey,
    leafNode,
    extensions,
  })
  return {
    keyPackage,
    bytes: encode(encodeKeyPackage, keyPackage),
    initPrivateKey: init.privateKey,
    encryptionPrivateKey: encryption.privateKey,
    signaturePrivateKey: signatureKeyPair.privateKey,
  }
}

const firstUnlisted = (crypto: Crypto, options: KeyPackageOptions): string | undefined => {
  const { capabilities, credential, leafExtensions = [], extensions = [] } = options
  if (!capabilities.versions.includes(mls10)) return 'the protocol version'
  if (!capabilities.cipherSuites.includes(crypto.suite.id)) return `cipher suite ${crypto.suite.id}`
  const type = credentialTypeOf(credential)
  if (!capabilities.credentials.includes(type)) return `credential type ${type}`
  const extension = [...leafExtensions, ...extensions].find(
    (used) => !isDefaultExtension(used.type) && !capabilities.extensions.includes(used.type),
  )
  return extension && `extension type ${extension.type}`
}
