/** So many operations are under way at once: a platform has its threads busy with them, and does them in batches. */
const chunkSize = 256

/** The results for all values, in order, a few at a time. The first failure ends it. */
export const inChunks = async <T, R>(
  values: readonly T[],
  work: (value: T) => Promise<R>,
): Promise<readonly R[]> => {
  const results: R[] = []
  for (let at = 0; at < values.length; at += chunkSize)
    for (const result of await Promise.all(values.slice(at, at + chunkSize).map(work))) results.push(result)
  return results
}
