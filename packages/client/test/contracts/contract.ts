import { type FailureCode, SottoError } from '@sotto/protocol'

/**
 * What a port promises, as named cases that know no test runner: the same list runs under vitest in Node and, by
 * evaluation, inside a browser. A case fails by throwing.
 */
export interface ContractCase<Subject> {
  readonly title: string
  run(subject: Subject): Promise<void>
}

/** Reads the part from its parent: a `Buffer` would arrive as what its `toJSON` makes of it. */
function bytesAsText(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const part = this[key]
  return part instanceof Uint8Array ? `bytes:${part.join(',')}` : value
}

const print = (value: unknown): string => JSON.stringify([value], bytesAsText)

export const assertEqual = (actual: unknown, expected: unknown, what: string): void => {
  if (print(actual) !== print(expected))
    throw new Error(`${what}: expected ${print(expected)}, got ${print(actual)}`)
}

export const assertFailure = async (
  work: Promise<unknown>,
  code: FailureCode,
  what: string,
): Promise<void> => {
  const failure = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(failure instanceof SottoError) || failure.code !== code)
    throw new Error(
      `${what}: expected a failure ${code}, got ${failure instanceof Error ? failure.message : 'success'}`,
    )
}
