import type { Row, Store } from './store.ts'

const rowsPerReading = 500

/** The next key there can be: keys are ordered by their code units. */
const behind = (key: string): string => `${key}\u0000`

/** All rows with `from <= key < to`, a reading at a time: one reading is never taken for the whole. */
export async function* everyRow(
  store: Pick<Store, 'range'>,
  { from, to }: { readonly from: string; readonly to: string },
): AsyncGenerator<Row, void, void> {
  for (let start = from; ;) {
    const rows = await store.range(start, to, { limit: rowsPerReading })
    yield* rows
    const last = rows.at(-1)
    if (!last || rows.length < rowsPerReading) return
    start = behind(last.key)
  }
}

export const allRows = async (
  store: Pick<Store, 'range'>,
  within: { readonly from: string; readonly to: string },
): Promise<readonly Row[]> => {
  const rows: Row[] = []
  for await (const row of everyRow(store, within)) rows.push(row)
  return rows
}
