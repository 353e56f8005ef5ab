import { type Measure, measures, type Result } from './scenario.ts'

const isBytes = (measure: Measure): boolean => measure.endsWith('bytes')

const shown = (measure: Measure, value: number | undefined): string => {
  if (value === undefined) return '–'
  if (isBytes(measure)) return `${(value / 1000).toFixed(1)} kB`
  return value < 1 ? `${value.toFixed(3)} ms` : `${value.toFixed(1)} ms`
}

/** How many times as much as the first: above 1 is slower or larger. */
const ratio = (value: number | undefined, first: number | undefined): string =>
  value === undefined || first === undefined || first === 0 ? '' : `${(value / first).toFixed(1)}×`

/** One size: a line for each measure, a column for each engine, and what it takes compared with the first. */
export const table = (results: readonly Result[]): string => {
  const [first, ...others] = results
  if (!first) return ''
  const header = ['', first.peer, ...others.flatMap(({ peer }) => [peer, ''])]
  const rows = measures.map((measure) => [
    measure,
    shown(measure, first.medians[measure]),
    ...others.flatMap(({ medians }) => [
      shown(measure, medians[measure]),
      ratio(medians[measure], first.medians[measure]),
    ]),
  ])
  const all = [header, ...rows]
  const widths = header.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)))
  return all
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
