import type { Engine } from './engine.ts'
import { type Extension, extensionType } from './extension.ts'
import { externalPubExtension } from './externalPub.ts'
import type { Group } from './group.ts'
import { type GroupInfo, signGroupInfo } from './groupInfo.ts'
import { externalKeyPair } from './keySchedule.ts'
import { messageBytes } from './message.ts'
import { encodeTree } from './treeEncoding.ts'
import { wipe } from './wipe.ts'

export interface GroupInfoOptions {
  readonly withTree?: boolean
  /** The key with which one can join from outside. */
  readonly withExternalPub?: boolean
  readonly extensions?: readonly Extension[]
}

export const signedGroupInfo = async (
  engine: Engine,
  group: Group,
  { withTree = false, withExternalPub = true, extensions = [] }: GroupInfoOptions = {},
): Promise<GroupInfo> => {
  const { context, tree, confirmationTag } = group.public
  const all: Extension[] = [...extensions]
  if (withTree) all.push({ type: extensionType.ratchetTree, data: encodeTree(tree) })
  if (withExternalPub) {
    const { publicKey, privateKey } = await externalKeyPair(engine, group.epochSecrets.externalSecret)
    wipe([privateKey])
    all.push(externalPubExtension(publicKey))
  }
  return signGroupInfo(engine, group.signaturePrivateKey, {
    context,
    extensions: all,
    confirmationTag,
    signer: group.ownLeaf,
  })
}

/** What others need to join from outside, or to follow without joining; signed by this member. As a message. */
export const makeGroupInfo = async (
  engine: Engine,
  group: Group,
  options: GroupInfoOptions = {},
): Promise<Uint8Array> =>
  messageBytes({ kind: 'group_info', groupInfo: await signedGroupInfo(engine, group, options) })
