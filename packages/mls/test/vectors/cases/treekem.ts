import assert from 'node:assert/strict'
import { decode, encode } from '../../../src/codec.ts'
import { encodeGroupContext } from '../../../src/groupContext.ts'
import { type Crypto, deriveSecret } from '../../../src/labels.ts'
import type { LeafNode } from '../../../src/leafNode.ts'
import { groupTerms } from '../../../src/leafNodeValidation.ts'
import { contentOf, leafAt, leaves, type RatchetTree, subtreeAt } from '../../../src/ratchetTree.ts'
import { decodeTree } from '../../../src/treeEncoding.ts'
import { treeHash } from '../../../src/treeHash.ts'
import { openPath, type PrivateTree, privateTreeOf, sealPath, stagePath } from '../../../src/treeKem.ts'
import { toNodeIndex } from '../../../src/treeMath.ts'
import { applyUpdatePath, decodeUpdatePath, type PathBase, type UpdatePath } from '../../../src/updatePath.ts'
import { cryptoOf } from '../cryptoOf.ts'
import { fromHex, toHex, vectorFile } from '../vectorFile.ts'

interface LeafPrivate {
  readonly index: number
  readonly encryption_priv: string
  readonly signature_priv: string
  readonly path_secrets: readonly { readonly node: number; readonly path_secret: string }[]
}

interface TreeKemCase {
  readonly cipher_suite: number
  readonly group_id: string
  readonly epoch: number
  readonly confirmed_transcript_hash: string
  readonly ratchet_tree: string
  readonly leaves_private: readonly LeafPrivate[]
  readonly update_paths: readonly {
    readonly sender: number
    readonly update_path: string
    readonly path_secrets: readonly (string | null)[]
    readonly commit_secret: string
    readonly tree_hash_after: string
  }[]
}

export const treeKem = vectorFile<TreeKemCase>('treekem.json', async (vector) => {
  const crypto = cryptoOf(vector.cipher_suite)
  const engine = { ...crypto, checks: { leaf: () => undefined }, limits: { leavesMax: 64 } }
  const tree = decodeTree(fromHex(vector.ratchet_tree))
  const privateTrees = new Map<number, PrivateTree>()
  for (const leaf of vector.leaves_private)
    privateTrees.set(leaf.index, await privateTreeFrom(crypto, tree, leaf))

  const groupContext = (after: RatchetTree): Uint8Array =>
    encode(encodeGroupContext, {
      version: 1,
      cipherSuite: vector.cipher_suite,
      groupId: fromHex(vector.group_id),
      epoch: BigInt(vector.epoch),
      treeHash: treeHash(crypto, after),
      confirmedTranscriptHash: fromHex(vector.confirmed_transcript_hash),
      extensions: [],
    })

  const openAs = (path: UpdatePath, base: PathBase, after: RatchetTree, member: number) => {
    const privateTree = privateTrees.get(member)
    assert(privateTree)
    return openPath(crypto, base, path, groupContext(after), privateTree)
  }

  for (const update of vector.update_paths) {
    const { sender } = update
    const base: PathBase = {
      tree,
      sender,
      added: new Set(),
      groupId: fromHex(vector.group_id),
      terms: groupTerms([]),
      by: { kind: 'member' },
    }
    const others = [...leaves(tree)].map(([index]) => index).filter((index) => index !== sender)

    const path = decode(decodeUpdatePath, fromHex(update.update_path))
    const after = await applyUpdatePath(engine, base, path)
    assert.equal(toHex(treeHash(crypto, after)), update.tree_hash_after)
    for (const member of others) {
      const opened = await openAs(path, base, after, member)
      assert.equal(toHex(opened.pathSecret), update.path_secrets[member])
      assert.equal(toHex(opened.commitSecret), update.commit_secret)
    }

    const leaf = leafAt(tree, sender)
    const signaturePrivateKey = vector.leaves_private.find(({ index }) => index === sender)?.signature_priv
    assert(leaf && signaturePrivateKey)
    const staged = await stagePath(engine, base, ownLeafOf(leaf, fromHex(signaturePrivateKey)))
    const made = await sealPath(crypto, staged, groupContext(staged.tree))
    const applied = await applyUpdatePath(engine, base, made)
    assert.deepEqual(treeHash(crypto, applied), treeHash(crypto, staged.tree))
    await assertConsistent(crypto, staged.tree, staged.privateTree)
    for (const member of others) {
      const opened = await openAs(made, base, applied, member)
      assert.deepEqual(opened.commitSecret, staged.commitSecret)
    }
  }
})

const ownLeafOf = (
  { credential, capabilities, extensions, signatureKey }: LeafNode,
  privateKey: Uint8Array,
) => ({
  credential,
  capabilities,
  extensions,
  signatureKeyPair: { publicKey: signatureKey, privateKey },
})

const privateTreeFrom = async (
  crypto: Crypto,
  tree: RatchetTree,
  leaf: LeafPrivate,
): Promise<PrivateTree> => {
  const privateKeys = new Map(privateTreeOf(leaf.index, fromHex(leaf.encryption_priv)).privateKeys)
  for (const { node, path_secret } of leaf.path_secrets) {
    const nodeSecret = deriveSecret(crypto, fromHex(path_secret), 'node')
    const { privateKey } = await crypto.provider.kemDerive(crypto.suite.kem, nodeSecret)
    privateKeys.set(toNodeIndex(node), privateKey)
  }
  const privateTree = { leafIndex: leaf.index, privateKeys }
  await assertConsistent(crypto, tree, privateTree)
  return privateTree
}

/** Each private key opens what is sealed to the public key at its node. */
const assertConsistent = async (
  { provider, suite }: Crypto,
  tree: RatchetTree,
  { privateKeys }: PrivateTree,
): Promise<void> => {
  for (const [index, privateKey] of privateKeys) {
    const node = subtreeAt(tree, index)
    const content = node && contentOf(node)
    assert(content, `node ${index} is blank`)
    const { sharedSecret, encapsulated } = await provider.kemEncapsulate(suite.kem, content.encryptionKey)
    const keyPair = { publicKey: content.encryptionKey, privateKey }
    assert.deepEqual(await provider.kemDecapsulate(suite.kem, keyPair, encapsulated), sharedSecret)
  }
}
