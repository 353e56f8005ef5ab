/**
 * A room of 20,000 messages: how much processor time a device takes to read them from pages of the log, to open the room, and to
 * read all of it. With another tree beside it, both are measured in turn, and what is printed are ratios:
 *
 * node packages/client/bench/timeline.ts [--against DIRECTORY] [--messages N] [--rounds N]
 */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    against: { type: 'string' },
    messages: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '3' },
  },
})

type Times = Readonly<Record<string, number>>

const child = fileURLToPath(new URL('timeline/child.ts', import.meta.url))
const here = fileURLToPath(new URL('../../..', import.meta.url))

const measured = (root: string): Times =>
  JSON.parse(execFileSync(process.execPath, [child, root, values.messages], { encoding: 'utf8' })) as Times

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN

const roots = values.against === undefined ? [here] : [here, values.against]
const rounds = Array.from({ length: Number(values.rounds) }, () => roots.map(measured))
for (const what of Object.keys(rounds[0]?.[0] ?? {})) {
  const [now = Number.NaN, before] = roots.map((_, at) =>
    median(rounds.map((round) => round[at]?.[what] ?? Number.NaN)),
  )
  const ratio =
    before === undefined ? '' : ` · before ${before.toFixed(1)} ms · ${(now / before).toFixed(2)} times`
  console.log(`${what}: ${now.toFixed(1)} ms${ratio}`)
}
