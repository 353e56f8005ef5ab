import { branchesAbove, type RatchetTree, resolution } from './ratchetTree.ts'
import type { LeafIndex } from './treeMath.ts'

/**
 * How many keys everybody else needs to reach the part of the tree around a leaf that has the fewest keys of its own:
 * 1 where every node above the leaf has one. A commit with a path, made at this leaf, brings it down to 1 (RFC 9420
 * §7.5). The root counts for nothing: nobody encrypts to it.
 *
 * @throws MlsError `invalid_use` for an index outside of the tree
 */
export const pathWeight = (tree: RatchetTree, leaf: LeafIndex): number =>
  branchesAbove(tree, leaf)
    .slice(1)
    .reduce((most, above) => Math.max(most, resolution(above).length), 1)
