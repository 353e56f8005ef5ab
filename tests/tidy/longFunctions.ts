/**
 * Functions over the bound that are to be split: `path name`. The list gets shorter only; whoever splits one takes its
 * line away.
 */
export const longFunctions: readonly string[] = [
  'packages/lane/src/lane.ts openLane',
]

/** Functions over the bound that are tables: a list of the same kind of line, read from top to bottom. */
export const tables: readonly string[] = []
