import { faults, isFault, type Fault } from './faults.ts'
import { runWorld } from './world.ts'

const options = new Map<string, string>()
for (let at = 2; at < process.argv.length; at += 2)
  options.set(process.argv[at]?.replace(/^--/, '') ?? '', process.argv[at + 1] ?? '')
const number = (name: string, otherwise: number): number => Number(options.get(name) ?? otherwise)

const first = number('seed', 1)
const named = options.get('faults')
const chosen = named === undefined ? faults : named.split(',').filter(isFault)
for (let seed = first; seed < first + number('seeds', 1); seed++) {
  const started = performance.now()
  const outcome = await runWorld({
    seed,
    steps: number('steps', 300),
    devices: number('devices', 6),
    faults: new Set<Fault>(chosen),
    roomsMax: 4,
    linesKept: number('lines', 0),
  })
  console.log(
    seed,
    outcome.hash,
    `${Math.round(performance.now() - started)} ms`,
    JSON.stringify(outcome.stats),
  )
  for (const { rule, what } of outcome.violations) console.log('  ', rule, what)
  if (outcome.lines.length > 0 && outcome.violations.length > 0) console.log(outcome.lines.join('\n'))
}
