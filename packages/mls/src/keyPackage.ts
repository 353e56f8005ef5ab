import { encode, type Reader, type Writer } from './codec.ts'
import { decodeExtensions, encodeExtensions, type Extension } from './extension.ts'
import { type Crypto, refHash, signWithLabel, verifyWithLabel } from './labels.ts'
import { decodeLeafNode, encodeLeafNode, type LeafNode } from './leafNode.ts'
import { decodeProtocolVersion, encodeProtocolVersion } from './protocolVersion.ts'

/** What others need to add a client to a group while it is away (RFC 9420 §10). For one use only. */
export interface KeyPackage {
  readonly version: number
  readonly cipherSuite: number
  readonly initKey: Uint8Array
  readonly leafNode: LeafNode
  readonly extensions: readonly Extension[]
  readonly signature: Uint8Array
}

export type UnsignedKeyPackage = Omit<KeyPackage, 'signature'>

const encodeUnsigned = (writer: Writer, keyPackage: UnsignedKeyPackage): void => {
  encodeProtocolVersion(writer, keyPackage.version)
  writer.uint16(keyPackage.cipherSuite)
  writer.opaque(keyPackage.initKey)
  encodeLeafNode(writer, keyPackage.leafNode)
  encodeExtensions(writer, keyPackage.extensions)
}

export const encodeKeyPackage = (writer: Writer, keyPackage: KeyPackage): void => {
  encodeUnsigned(writer, keyPackage)
  writer.opaque(keyPackage.signature)
}

export const decodeKeyPackage = (reader: Reader): KeyPackage => ({
  version: decodeProtocolVersion(reader),
  cipherSuite: reader.uint16(),
  initKey: reader.opaque(),
  leafNode: decodeLeafNode(reader),
  extensions: decodeExtensions(reader),
  signature: reader.opaque(),
})

/** `MakeKeyPackageRef` of RFC 9420 §5.2, by the hash of the suite given: that of the key package. */
export const keyPackageRef = (crypto: Crypto, keyPackage: KeyPackage): Uint8Array =>
  refHash(crypto, 'MLS 1.0 KeyPackage Reference', encode(encodeKeyPackage, keyPackage))

export const signKeyPackage = async (
  crypto: Crypto,
  signaturePrivateKey: Uint8Array,
  keyPackage: UnsignedKeyPackage,
): Promise<KeyPackage> => ({
  ...keyPackage,
  signature: await signWithLabel(
    crypto,
    signaturePrivateKey,
    'KeyPackageTBS',
    encode(encodeUnsigned, keyPackage),
  ),
})

/** Whether the outer signature holds; the leaf node has one of its own. */
export const verifyKeyPackage = async (crypto: Crypto, keyPackage: KeyPackage): Promise<boolean> =>
  verifyWithLabel(
    crypto,
    keyPackage.leafNode.signatureKey,
    'KeyPackageTBS',
    encode(encodeUnsigned, keyPackage),
    keyPackage.signature,
  )
