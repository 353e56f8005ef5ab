import { SottoError } from '@sotto/client'
import type { Finding } from '@sotto/conformance'
import { Command } from 'commander'
import { invocationOf } from '../invocation.ts'
import { type Output, styled } from '../output.ts'
import { printableLine } from '../printable.ts'

interface Options {
  readonly only?: string
}

const rowsFailExit = 1

const markOf = ({ outcome }: Finding): string => {
  switch (outcome.kind) {
    case 'holds':
      return styled('green', '✓')
    case 'fails':
      return styled('red', '✗')
    case 'not_run':
      return styled('yellow', '–')
  }
}

/** Findings as they come, under the heading of their section. */
const reporter = (output: Output) => {
  let section = ''
  return (finding: Finding): void => {
    const { row, outcome } = finding
    if (output.format === 'human' && finding.section !== section)
      output.result(null, `\n${styled('bold', finding.section)}`)
    section = finding.section
    const reason = outcome.kind === 'holds' ? null : outcome.reason
    const lines = [
      `  ${markOf(finding)} ${row.title} ${styled('dim', row.id)}`,
      ...(reason === null ? [] : [`      ${printableLine(reason)}`]),
    ]
    const value = { section, ...row, outcome: outcome.kind, ...(reason === null ? {} : { reason }) }
    output.result(value, lines.join('\n'))
  }
}

export const conformanceCommand = (): Command =>
  new Command('conformance')
    .description('test any Sotto server against the contract of the open lane, row by row')
    .argument('<url>', 'address of the server; the test creates a few accounts that stay there')
    .option('--only <prefix>', 'only rows whose ids begin with this: rest, rooms.join')
    .action(async (text: string, { only }: Options, command: Command) => {
      const { output } = invocationOf(command)
      const { serverAddress } = await import('../lane/enroll.ts')
      const { conformance } = await import('@sotto/conformance')
      const url = serverAddress(text)
      const findings = await conformance(url, {
        ...(only === undefined ? {} : { only }),
        onFinding: reporter(output),
      })
      if (findings.length === 0) throw new SottoError('bad_request', `no row id begins with ${only}`)
      const count = (kind: Finding['outcome']['kind']): number =>
        findings.filter(({ outcome }) => outcome.kind === kind).length
      const [holds, fails, notRun] = [count('holds'), count('fails'), count('not_run')]
      output.result(
        { url, holds, fails, notRun },
        `\n${holds} of ${findings.length} rows hold${notRun > 0 ? `, ${notRun} were not run` : ''}.`,
      )
      if (holds < findings.length) process.exitCode = rowsFailExit
    })
