/** How the bytes of an answer may be written: `identity` is as they are. */
export type Encoding = 'br' | 'gzip' | 'identity'

/** What is taken where a client likes several as much: the smallest. */
const order: readonly Encoding[] = ['br', 'gzip', 'identity']

const weightOf = (parameters: readonly string[]): number => {
  const [, value] = parameters.map((one) => /^q=(\d(?:\.\d{0,3})?)$/i.exec(one.trim())).find(Boolean) ?? []
  return value === undefined ? 1 : Math.min(1, Number(value))
}

const weightsOf = (accepted: string): ReadonlyMap<string, number> =>
  new Map(
    accepted.split(',').map((one) => {
      const [coding = '', ...parameters] = one.split(';')
      const name = coding.trim().toLowerCase()
      return [name === 'x-gzip' ? 'gzip' : name, weightOf(parameters)] as const
    }),
  )

/** What is not named is worth what `*` is; the bytes as they are may always be sent, unless that is ruled out. */
const worth = (weights: ReadonlyMap<string, number>, encoding: Encoding): number => {
  const named = weights.get(encoding) ?? weights.get('*')
  return named ?? (encoding === 'identity' ? Number.MIN_VALUE : 0)
}

/**
 * The encoding that a client likes best of those that there are (RFC 9110 §12.5.3). Where it takes none of them, the
 * bytes as they are: an answer that may be read is better than none.
 */
export const encodingFor = (accepted: string | undefined, there: readonly Encoding[]): Encoding => {
  const weights = weightsOf(accepted ?? 'identity')
  const best = order
    .filter((encoding) => there.includes(encoding) && worth(weights, encoding) > 0)
    .toSorted((a, b) => worth(weights, b) - worth(weights, a))
  return best[0] ?? 'identity'
}
