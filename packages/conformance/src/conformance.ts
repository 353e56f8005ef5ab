import { AssertionError } from 'node:assert/strict'
import { type Bench, makeBench } from './bench.ts'
import { chats } from './chatRows.ts'
import { first } from './firstRows.ts'
import { mail } from './mailRows.ts'
import { refusals, secrets } from './refusalRows.ts'
import { restCalls } from './restRows.ts'
import { rooms } from './roomRows.ts'
import { NotRun, type Row, type Section } from './row.ts'
import { nodeClient } from './nodeWire.ts'
import { transport } from './transportRows.ts'
import type { BenchClient } from './wire.ts'

export type Outcome =
  | { readonly kind: 'holds' }
  | { readonly kind: 'fails'; readonly reason: string }
  | { readonly kind: 'not_run'; readonly reason: string }

export interface Finding {
  readonly section: string
  readonly row: Pick<Row, 'id' | 'title'>
  readonly outcome: Outcome
}

/** Every row of the open lane's contract, in the order in which they are run. */
export const sections: readonly Section[] = [
  first,
  transport,
  restCalls,
  rooms,
  mail,
  chats,
  refusals,
  secrets,
]

const reasonCharactersMax = 600

const reasonOf = (error: unknown): string => {
  const { message } = error instanceof Error ? error : new Error(String(error))
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : ''
  const particular =
    error instanceof AssertionError && !error.generatedMessage
      ? message
      : message.replaceAll(/\s*\n\s*/g, ' · ')
  return `${particular}${cause}`.slice(0, reasonCharactersMax)
}

const judge = async (row: Row, bench: Bench): Promise<Outcome> => {
  try {
    await row.run(bench)
    return { kind: 'holds' }
  } catch (error) {
    return { kind: error instanceof NotRun ? 'not_run' : 'fails', reason: reasonOf(error) }
  }
}

/**
 * Runs the rows against a server, one after the other, with accounts that are made for it and stay there.
 *
 * @param only the beginning of the ids of the rows that are wanted
 * @param client what drives the rows; a client in JavaScript by default
 */
export const conformance = async (
  url: string,
  {
    only = '',
    client = nodeClient,
    onFinding,
  }: { readonly only?: string; readonly client?: BenchClient; onFinding(finding: Finding): void },
): Promise<readonly Finding[]> => {
  const bench = makeBench(url, client)
  const findings: Finding[] = []
  try {
    for (const { name: section, rows } of sections)
      for (const row of rows.filter(({ id }) => id.startsWith(only))) {
        const { id, title } = row
        const finding = { section, row: { id, title }, outcome: await judge(row, bench) }
        findings.push(finding)
        onFinding(finding)
      }
  } finally {
    bench.close()
  }
  return findings
}
