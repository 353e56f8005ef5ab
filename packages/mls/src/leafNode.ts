import { type Capabilities, decodeCapabilities, encodeCapabilities } from './capabilities.ts'
import { encode, type Reader, type Writer } from './codec.ts'
import { type Credential, decodeCredential, encodeCredential } from './credential.ts'
import { MlsError } from './error.ts'
import { decodeExtensions, encodeExtensions, type Extension } from './extension.ts'
import { type Crypto, signWithLabel, verifyWithLabel } from './labels.ts'
import type { LeafIndex } from './treeMath.ts'

/** How a leaf came into the tree (RFC 9420 §7.2). Times are in seconds since 1970. */
export type LeafNodeSource =
  | { readonly kind: 'key_package'; readonly notBefore: bigint; readonly notAfter: bigint }
  | { readonly kind: 'update' }
  | { readonly kind: 'commit'; readonly parentHash: Uint8Array }

/** A member as it appears in the tree (RFC 9420 §7.2). */
export interface LeafNode {
  readonly encryptionKey: Uint8Array
  readonly signatureKey: Uint8Array
  readonly credential: Credential
  readonly capabilities: Capabilities
  readonly source: LeafNodeSource
  readonly extensions: readonly Extension[]
  readonly signature: Uint8Array
}

export type UnsignedLeafNode = Omit<LeafNode, 'signature'>

/** Where a leaf made inside a group belongs; its signature covers this, so that it holds nowhere else. */
export interface LeafPlace {
  readonly groupId: Uint8Array
  readonly leafIndex: LeafIndex
}

const sourceCode = { key_package: 1, update: 2, commit: 3 } as const

const encodeSource = (writer: Writer, source: LeafNodeSource): void => {
  writer.uint8(sourceCode[source.kind])
  switch (source.kind) {
    case 'key_package':
      writer.uint64(source.notBefore)
      return writer.uint64(source.notAfter)
    case 'update':
      return
    case 'commit':
      return writer.opaque(source.parentHash)
  }
}

const decodeSource = (reader: Reader): LeafNodeSource => {
  const code = reader.uint8()
  switch (code) {
    case sourceCode.key_package:
      return { kind: 'key_package', notBefore: reader.uint64(), notAfter: reader.uint64() }
    case sourceCode.update:
      return { kind: 'update' }
    case sourceCode.commit:
      return { kind: 'commit', parentHash: reader.opaque() }
  }
  throw new MlsError('malformed', `leaf node source ${code}`)
}

const encodeUnsigned = (writer: Writer, leaf: UnsignedLeafNode): void => {
  writer.opaque(leaf.encryptionKey)
  writer.opaque(leaf.signatureKey)
  encodeCredential(writer, leaf.credential)
  encodeCapabilities(writer, leaf.capabilities)
  encodeSource(writer, leaf.source)
  encodeExtensions(writer, leaf.extensions)
}

export const encodeLeafNode = (writer: Writer, leaf: LeafNode): void => {
  encodeUnsigned(writer, leaf)
  writer.opaque(leaf.signature)
}

export const decodeLeafNode = (reader: Reader): LeafNode => ({
  encryptionKey: reader.opaque(),
  signatureKey: reader.opaque(),
  credential: decodeCredential(reader),
  capabilities: decodeCapabilities(reader),
  source: decodeSource(reader),
  extensions: decodeExtensions(reader),
  signature: reader.opaque(),
})

/** `LeafNodeTBS`. A place that is missing where the source calls for one, or the reverse, is the caller's mistake. */
const toBeSigned = (leaf: UnsignedLeafNode, place: LeafPlace | undefined): Uint8Array =>
  encode((writer: Writer) => {
    encodeUnsigned(writer, leaf)
    if (leaf.source.kind === 'key_package') return
    if (!place) throw new MlsError('invalid_use', `a leaf node of source ${leaf.source.kind} needs its place`)
    writer.opaque(place.groupId)
    writer.uint32(place.leafIndex)
  }, undefined)

/** @param place not used for the source `key_package`, which is signed before there is a group */
export const signLeafNode = async (
  crypto: Crypto,
  signaturePrivateKey: Uint8Array,
  leaf: UnsignedLeafNode,
  place?: LeafPlace,
): Promise<LeafNode> => ({
  ...leaf,
  signature: await signWithLabel(crypto, signaturePrivateKey, 'LeafNodeTBS', toBeSigned(leaf, place)),
})

/** Whether the leaf is signed by its own signature key, for this place where its source names one. */
export const verifyLeafNode = async (crypto: Crypto, leaf: LeafNode, place?: LeafPlace): Promise<boolean> =>
  verifyWithLabel(crypto, leaf.signatureKey, 'LeafNodeTBS', toBeSigned(leaf, place), leaf.signature)
