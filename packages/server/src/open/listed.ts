import type { ServerLimits } from '../configuration.ts'

/** Rows that are read at once: what goes beyond a list is hardly read. */
const pieceRows = 64

/** The rows of a list piece by piece, by a read that goes on behind a row. */
export async function* rowsBehind<Row>(
  read: (last: Row | undefined, countMax: number) => Promise<readonly Row[]>,
): AsyncGenerator<readonly Row[]> {
  let last: Row | undefined
  for (;;) {
    const rows = await read(last, pieceRows)
    yield rows
    if (rows.length < pieceRows) return
    last = rows.at(-1)
  }
}

/** The rows of those ids, in their order; an id that has none is left out. */
export async function* rowsOf<Row extends { readonly id: number }>(
  ids: readonly number[],
  read: (ids: readonly number[]) => Promise<readonly Row[]>,
): AsyncGenerator<readonly Row[]> {
  for (let at = 0; at < ids.length; at += pieceRows) {
    const piece = ids.slice(at, at + pieceRows)
    const rows = new Map((await read(piece)).map((row) => [row.id, row]))
    yield piece.flatMap((id) => rows.get(id) ?? [])
  }
}

/** What stands behind a name, in the order of names. */
export const behind = <Named extends { readonly name: string }>(
  all: readonly Named[],
  after: string,
): readonly Named[] =>
  all.filter(({ name }) => name > after).toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))

/**
 * What is listed at once: so many rows and so many bytes of JSON, or one row that is longer. Whoever wants more goes on
 * behind the last of them, until nothing comes. A row of which nothing is shown is left out.
 */
export const listed = async <Row, Shown>(
  pieces: AsyncIterable<readonly Row[]>,
  show: (row: Row) => Shown | undefined,
  { openListedMax, openListedBytesMax }: Pick<ServerLimits, 'openListedMax' | 'openListedBytesMax'>,
): Promise<readonly Shown[]> => {
  const list: Shown[] = []
  // Brackets and commas count, too.
  let bytes = 1
  for await (const rows of pieces)
    for (const row of rows) {
      const shown = show(row)
      if (shown === undefined) continue
      bytes += Buffer.byteLength(JSON.stringify(shown)) + 1
      if (list.length === openListedMax || (list.length > 0 && bytes > openListedBytesMax)) return list
      list.push(shown)
    }
  return list
}
