import { encode, type Reader, type Writer } from './codec.ts'
import { decodeExtensions, encodeExtensions, type Extension } from './extension.ts'
import { decodeGroupContext, encodeGroupContext, type GroupContext } from './groupContext.ts'
import { type Crypto, signWithLabel, verifyWithLabel } from './labels.ts'
import type { LeafIndex } from './treeMath.ts'

/** What someone who is to join needs to know of a group, vouched for by a member (RFC 9420 §12.4.3). */
export interface GroupInfo {
  readonly context: GroupContext
  readonly extensions: readonly Extension[]
  readonly confirmationTag: Uint8Array
  readonly signer: LeafIndex
  readonly signature: Uint8Array
}

export type UnsignedGroupInfo = Omit<GroupInfo, 'signature'>

const encodeUnsigned = (writer: Writer, info: UnsignedGroupInfo): void => {
  encodeGroupContext(writer, info.context)
  encodeExtensions(writer, info.extensions)
  writer.opaque(info.confirmationTag)
  writer.uint32(info.signer)
}

export const encodeGroupInfo = (writer: Writer, info: GroupInfo): void => {
  encodeUnsigned(writer, info)
  writer.opaque(info.signature)
}

export const decodeGroupInfo = (reader: Reader): GroupInfo => ({
  context: decodeGroupContext(reader),
  extensions: decodeExtensions(reader),
  confirmationTag: reader.opaque(),
  signer: reader.uint32(),
  signature: reader.opaque(),
})

export const signGroupInfo = async (
  crypto: Crypto,
  signaturePrivateKey: Uint8Array,
  info: UnsignedGroupInfo,
): Promise<GroupInfo> => ({
  ...info,
  signature: await signWithLabel(crypto, signaturePrivateKey, 'GroupInfoTBS', encode(encodeUnsigned, info)),
})

/** @param signatureKey that of the leaf `signer` in the tree that the group info is of */
export const verifyGroupInfo = async (
  crypto: Crypto,
  signatureKey: Uint8Array,
  info: GroupInfo,
): Promise<boolean> =>
  verifyWithLabel(crypto, signatureKey, 'GroupInfoTBS', encode(encodeUnsigned, info), info.signature)
