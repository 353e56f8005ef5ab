import assert from 'node:assert/strict'
import { verifyLeafNode } from '../../../src/leafNode.ts'
import { verifyParentHashes } from '../../../src/parentHash.ts'
import { indexOf, leaves, resolution, subtrees } from '../../../src/ratchetTree.ts'
import { decodeTree, encodeTree } from '../../../src/treeEncoding.ts'
import { treeHash } from '../../../src/treeHash.ts'
import { validateTree } from '../../../src/treeValidation.ts'
import { cryptoOf } from '../cryptoOf.ts'
import { fromHex, toHex, vectorFile } from '../vectorFile.ts'

interface TreeValidationCase {
  readonly cipher_suite: number
  readonly tree: string
  readonly group_id: string
  readonly resolutions: readonly (readonly number[])[]
  readonly tree_hashes: readonly string[]
}

export const treeValidation = vectorFile<TreeValidationCase>('tree-validation.json', async (vector) => {
  const crypto = cryptoOf(vector.cipher_suite)
  const tree = decodeTree(fromHex(vector.tree))
  const groupId = fromHex(vector.group_id)
  assert.equal(toHex(encodeTree(tree)), vector.tree)

  const nodes = [...subtrees(tree)]
  assert.deepEqual(
    nodes.map((node) => resolution(node).map(indexOf)),
    vector.resolutions,
  )
  assert.deepEqual(
    nodes.map((node) => toHex(treeHash(crypto, node))),
    vector.tree_hashes,
  )
  verifyParentHashes(crypto, tree)
  for (const [leafIndex, leaf] of leaves(tree))
    assert(await verifyLeafNode(crypto, leaf, { groupId, leafIndex }), `signature of leaf ${leafIndex}`)

  const engine = { ...crypto, checks: { leaf: () => undefined }, limits: { leavesMax: 64 } }
  await validateTree(engine, tree, { groupId, treeHash: treeHash(crypto, tree), extensions: [] })
})
