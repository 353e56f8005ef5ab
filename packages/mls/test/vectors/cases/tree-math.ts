import assert from 'node:assert/strict'
import { left, nodeCount, parent, right, root, sibling, toNodeIndex } from '../../../src/treeMath.ts'
import { vectorFile } from '../vectorFile.ts'

interface TreeMathCase {
  readonly n_leaves: number
  readonly n_nodes: number
  readonly root: number
  readonly left: readonly (number | null)[]
  readonly right: readonly (number | null)[]
  readonly parent: readonly (number | null)[]
  readonly sibling: readonly (number | null)[]
}

export const treeMath = vectorFile<TreeMathCase>('tree-math.json', (vector) => {
  const leaves = vector.n_leaves
  assert.equal(nodeCount(leaves), vector.n_nodes)
  assert.equal(root(leaves), vector.root)
  for (let index = 0; index < vector.n_nodes; index++) {
    const node = toNodeIndex(index)
    assert.equal(left(node) ?? null, vector.left[index], `left of ${index}`)
    assert.equal(right(node) ?? null, vector.right[index], `right of ${index}`)
    assert.equal(parent(node, leaves) ?? null, vector.parent[index], `parent of ${index}`)
    assert.equal(sibling(node, leaves) ?? null, vector.sibling[index], `sibling of ${index}`)
  }
})
