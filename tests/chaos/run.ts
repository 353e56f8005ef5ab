/**
 * The outer harness: real processes, real disks, real sockets, and what happens to them in the world. One row a
 * scenario; the exit code is 1 when anything that was promised did not hold.
 */
import { chanceOf } from './chance.ts'
import { lineToRepeat, optionsOf } from './options.ts'
import { play, type Row, type Scenario } from './scenario.ts'
import { scenarios } from './scenarios/index.ts'
import { lineOf, tableOf } from './table.ts'

/** From so many kills on, every scenario is played. */
const longRunKillsMin = 50
const violationsShown = 20

const say = (text: string): void => void process.stdout.write(`${text}\n`)

const options = optionsOf(process.argv.slice(2))
const isLong = options.kills >= longRunKillsMin
const chosen = scenarios.filter(({ name, belongs }) =>
  options.only === null ? isLong || belongs === 'always' : name.startsWith(options.only),
)
if (chosen.length === 0)
  throw new Error(`no scenario is called ${options.only}: ${scenarios.map(({ name }) => name).join(', ')}`)

const violationsOf = ({ outcome }: Row): readonly string[] =>
  outcome.kind === 'done' ? outcome.violations : []

const sayViolations = (row: Row): void => {
  const violations = violationsOf(row)
  if (violations.length === 0) return
  for (const violation of violations.slice(0, violationsShown)) say(`  ${violation}`)
  say(`  again: ${lineToRepeat(options, row.scenario)}`)
}

const playOne = async (scenario: Scenario): Promise<Row> => {
  const row = await play(scenario, { kills: options.kills, chance: chanceOf(options.seed) })
  say(lineOf(row))
  sayViolations(row)
  return row
}

say(`seed ${options.seed}, ${options.kills} kills`)
const rows = new Map<Scenario, Row>()
const queue = chosen.values()
/** A short run mostly waits for processes to start: two scenarios side by side. A long one measures. */
const lane = async (): Promise<void> => {
  for (const scenario of queue) rows.set(scenario, await playOne(scenario))
}
await Promise.all(isLong ? [lane()] : [lane(), lane()])

const inOrder = chosen.flatMap((scenario) => rows.get(scenario) ?? [])
say(`\n${tableOf(inOrder)}`)
const violated = inOrder.filter((row) => violationsOf(row).length > 0)
if (violated.length === 0) say('\nEverything that was promised has held.')
else {
  say(`\n${violated.length} of ${inOrder.length} scenarios were violated.`)
  // Once more at the end: of a long log often only its end is kept.
  for (const row of violated) {
    say(lineOf(row))
    sayViolations(row)
  }
}
process.exit(violated.length === 0 ? 0 : 1)
