import type { Row } from './scenario.ts'

const columns = ['scenario', 'what was done', 'kills', 'acked', 'shown', 'lost', 'doubled', 's', ''] as const
/** Numbers stand under each other at their ends. */
const numbers: ReadonlySet<string> = new Set(['kills', 'acked', 'shown', 'lost', 'doubled', 's'])

const cellsOf = ({ scenario, outcome, seconds }: Row): readonly string[] => {
  const length = seconds.toFixed(1)
  switch (outcome.kind) {
    case 'skipped':
      return [scenario, outcome.why, '', '', '', '', '', length, 'skipped']
    case 'done': {
      const { did, kills, acked, shown, lost, doubled, violations } = outcome
      const counts = [kills, acked, shown, lost, doubled].map(String)
      return [scenario, did, ...counts, length, violations.length === 0 ? 'holds' : 'VIOLATED']
    }
  }
}

/** A row as soon as it is known. */
export const lineOf = (row: Row): string =>
  cellsOf(row)
    .filter((cell) => cell !== '')
    .join(' | ')

const sumOf = (rows: readonly Row[]): readonly string[] => {
  const done = rows.map(({ outcome }) => outcome).filter((outcome) => outcome.kind === 'done')
  const sum = (of: (outcome: (typeof done)[number]) => number): string =>
    String(done.reduce((total, outcome) => total + of(outcome), 0))
  const seconds = rows.reduce((total, row) => total + row.seconds, 0).toFixed(1)
  const counts = [
    sum(({ kills }) => kills),
    sum(({ acked }) => acked),
    sum(({ shown }) => shown),
    sum(({ lost }) => lost),
    sum(({ doubled }) => doubled),
  ]
  return ['all', '', ...counts, seconds, '']
}

/** One line a scenario, in Markdown: it goes into the documentation as it is. */
export const tableOf = (rows: readonly Row[]): string => {
  const lines = [columns, ...rows.map(cellsOf), sumOf(rows)]
  const widths = columns.map((_, at) => Math.max(3, ...lines.map((line) => line[at]?.length ?? 0)))
  const written = (line: readonly string[]): string =>
    `| ${line
      .map((cell, at) => {
        const width = widths[at] ?? 0
        return numbers.has(columns[at] ?? '') ? cell.padStart(width) : cell.padEnd(width)
      })
      .join(' | ')} |`
  const rule = `| ${columns.map((name, at) => (numbers.has(name) ? `${'-'.repeat((widths[at] ?? 1) - 1)}:` : '-'.repeat(widths[at] ?? 0))).join(' | ')} |`
  const [head = [], ...body] = lines
  return [written(head), rule, ...body.map(written)].join('\n')
}
