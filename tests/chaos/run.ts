/**
 * The outer harness: real processes, real disks, real sockets, and what happens to them in the world. One row a
 * scenario; the exit code is 1 when anything that was promised did not hold.
 */
import { chanceOf } from './chance.ts'
import { lineToRepeat, optionsOf } from './options.ts'
import { play, type Row } from './scenario.ts'
import { scenarios } from './scenarios/index.ts'
import { lineOf, tableOf } from './table.ts'

const say = (text: string): void => void process.stdout.write(`${text}\n`)

const options = optionsOf(process.argv.slice(2))
const chosen = scenarios.filter(({ name }) => options.only === null || name.startsWith(options.only))
if (chosen.length === 0)
  throw new Error(`no scenario is called ${options.only}: ${scenarios.map(({ name }) => name).join(', ')}`)

say(`seed ${options.seed}, ${options.kills} kills`)
const rows: Row[] = []
for (const scenario of chosen) {
  say(`${scenario.name} …`)
  const row = await play(scenario, { kills: options.kills, chance: chanceOf(options.seed) })
  rows.push(row)
  say(lineOf(row))
  if (row.outcome.kind === 'done' && row.outcome.violations.length > 0) {
    for (const violation of row.outcome.violations.slice(0, 20)) say(`  ${violation}`)
    say(`  again: ${lineToRepeat(options, scenario.name)}`)
  }
}
say(`\n${tableOf(rows)}`)
const violated = rows.filter(({ outcome }) => outcome.kind === 'done' && outcome.violations.length > 0)
say(
  violated.length === 0
    ? '\nEverything that was promised has held.'
    : `\n${violated.length} of ${rows.length} scenarios were violated.`,
)
process.exit(violated.length === 0 ? 0 : 1)
