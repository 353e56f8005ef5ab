import { SottoError } from '@sotto/protocol'

/** Primary result codes of SQLite: readonly, I/O error, full. The disk cannot take what was written. */
const cannotWrite: ReadonlySet<number> = new Set([8, 10, 13])
/** Busy, locked, corrupt, cannot open, protocol, not a database: what is wanted cannot be read, or not now. */
const cannotReach: ReadonlySet<number> = new Set([5, 6, 11, 14, 15, 26])

const resultCodeOf = (error: unknown): number | undefined => {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  // The low byte is the primary code, the rest says more about it.
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined
}

/**
 * What a failure of the database means to whoever asked: `read_only`, `unavailable`, or the error itself, which is
 * then a bug of ours.
 */
export const storeFailure = (error: unknown): unknown => {
  const code = resultCodeOf(error)
  if (code === undefined) return error
  if (cannotWrite.has(code)) return new SottoError('read_only')
  if (cannotReach.has(code)) return new SottoError('unavailable')
  return error
}

/** Runs `work` and translates what the database says when it fails. */
export const storing = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    throw storeFailure(error)
  }
}

type Port = { readonly [name: string]: (...args: never[]) => Promise<unknown> }

/** What the database says when it fails is translated, whatever was asked. */
export const translated = <P extends object>(port: P): P =>
  Object.fromEntries(
    Object.entries(port as unknown as Port).map(([name, method]) => [
      name,
      (...args: never[]) => storing(() => method(...args)),
    ]),
  ) as unknown as P

/** A unique index or a primary key that has the row already. */
export const isConflict = (error: unknown): boolean => resultCodeOf(error) === 19
