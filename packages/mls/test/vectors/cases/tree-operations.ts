import assert from 'node:assert/strict'
import { decode, type Reader } from '../../../src/codec.ts'
import { decodeKeyPackage } from '../../../src/keyPackage.ts'
import { decodeLeafNode } from '../../../src/leafNode.ts'
import { addLeaf, type RatchetTree, removeLeaf, updateLeaf } from '../../../src/ratchetTree.ts'
import { decodeTree, encodeTree, leavesMaxDefault } from '../../../src/treeEncoding.ts'
import { treeHash } from '../../../src/treeHash.ts'
import { cryptoOf } from '../cryptoOf.ts'
import { fromHex, toHex, vectorFile } from '../vectorFile.ts'

interface TreeOperationsCase {
  readonly cipher_suite: number
  readonly tree_before: string
  readonly proposal: string
  readonly proposal_sender: number
  readonly tree_hash_before: string
  readonly tree_after: string
  readonly tree_hash_after: string
}

export const treeOperations = vectorFile<TreeOperationsCase>('tree-operations.json', (vector) => {
  const crypto = cryptoOf(vector.cipher_suite)
  const before = decodeTree(fromHex(vector.tree_before))
  assert.equal(toHex(treeHash(crypto, before)), vector.tree_hash_before)

  const apply = decode(
    (reader) => decodeTreeProposal(reader, vector.proposal_sender),
    fromHex(vector.proposal),
  )
  const after = apply(before)
  assert.equal(toHex(encodeTree(after)), vector.tree_after)
  assert.equal(toHex(treeHash(crypto, after)), vector.tree_hash_after)
})

/** The three proposals that change a tree: what they do to it. */
const decodeTreeProposal = (reader: Reader, sender: number): ((tree: RatchetTree) => RatchetTree) => {
  const type = reader.uint16()
  switch (type) {
    case 1: {
      const { leafNode } = decodeKeyPackage(reader)
      return (tree) => addLeaf(tree, leafNode, leavesMaxDefault).tree
    }
    case 2: {
      const leafNode = decodeLeafNode(reader)
      return (tree) => updateLeaf(tree, sender, leafNode)
    }
    case 3: {
      const removed = reader.uint32()
      return (tree) => removeLeaf(tree, removed)
    }
  }
  throw new Error(`proposal type ${type}`)
}
