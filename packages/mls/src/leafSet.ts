import type { LeafIndex } from './treeMath.ts'

/** Sets of leaves as arrays in increasing order, the form in which `unmerged_leaves` has them. */
export type LeafSet = readonly LeafIndex[]

/** How many members of the set are below `leaf`: the place of `leaf` in it. */
export const rankIn = (set: LeafSet, leaf: LeafIndex): number => {
  let [low, high] = [0, set.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((set[middle] as number) < leaf) low = middle + 1
    else high = middle
  }
  return low
}

export const isIn = (set: LeafSet, leaf: LeafIndex): boolean => set[rankIn(set, leaf)] === leaf

export const withLeaf = (set: LeafSet, leaf: LeafIndex): LeafSet => {
  const at = rankIn(set, leaf)
  return set[at] === leaf ? set : [...set.slice(0, at), leaf, ...set.slice(at)]
}

/** Those of the set from `first` on, `count` leaves wide. */
export const within = (set: LeafSet, first: LeafIndex, count: number): LeafSet => {
  if (set.length === 0) return set
  const [start, end] = [rankIn(set, first), rankIn(set, first + count)]
  return end - start === set.length ? set : set.slice(start, end)
}

export const sameLeaves = (one: LeafSet, other: LeafSet): boolean =>
  one === other || (one.length === other.length && one.every((leaf, at) => leaf === other[at]))
