/** So many operations are under way at once: enough to keep a platform's threads busy. */
const chunkSize = 32

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
