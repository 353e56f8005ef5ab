import { stripVTControlCharacters } from 'node:util'

const segments = new Intl.Segmenter()

const isWide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u

/** Columns that a text takes in a terminal: escape sequences none, East Asian characters and emoji two. */
export const columnsOf = (text: string): number =>
  [...segments.segment(stripVTControlCharacters(text))].reduce(
    (sum, { segment }) => sum + (isWide.test(segment) ? 2 : 1),
    0,
  )

/** Rows as lines with aligned columns, two spaces apart; the last column is ragged. */
export const table = (rows: readonly (readonly string[])[]): string => {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, i) => Math.max(widest[i] ?? 0, columnsOf(cell))),
    [],
  )
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : cell + ' '.repeat((widths[i] ?? 0) - columnsOf(cell))))
      .join('  ')
      .trimEnd()
  return rows.map(line).join('\n')
}
