import { fork } from 'node:child_process'
import { parseArgs } from 'node:util'
import { type Mutant, mutants } from './mutantList.ts'

/** Bends the program, one fault at a time, and sees how many worlds it takes until the checker of the rule notices. */
const seedsMax = Number(process.env['WORLD_MUTANT_SEEDS'] ?? 50)
const { values, positionals: rules } = parseArgs({
  allowPositionals: true,
  options: { workers: { type: 'string', default: '2' } },
})
const workers = Number(values.workers)
if (!(workers >= 1)) throw new Error('[--workers N] [rule ...]')
const unknown = rules.filter((name) => !mutants.some(({ rule }) => rule === name))
if (unknown.length > 0) throw new Error(`nothing is bent for ${unknown.join()}: [--workers N] [rule ...]`)

interface Found {
  readonly mutant: Mutant
  /** Worlds until it was noticed; undefined if it never was. */
  readonly seeds: number | undefined
  readonly seconds: number
  readonly trouble: string
}

/** A bent program may turn in circles: its world is given up, and the next one looked at. */
const worldMaxMs = 30_000

type Said = { readonly kind: 'begun' | 'noticed'; readonly seed: number }

const hunt = async (mutant: Mutant): Promise<Found> => {
  const started = performance.now()
  let trouble = ''
  for (let first = 1; first <= seedsMax;) {
    const { noticed, begun, said } = await look(mutant, first)
    trouble += said
    if (noticed !== undefined || begun >= seedsMax || said !== '')
      return { mutant, seeds: noticed, seconds: (performance.now() - started) / 1000, trouble }
    first = begun + 1
  }
  return { mutant, seeds: undefined, seconds: (performance.now() - started) / 1000, trouble }
}

/** One process, until it has noticed something, has seen all worlds, or does not come to the end of one. */
const look = (
  mutant: Mutant,
  first: number,
): Promise<{ readonly noticed: number | undefined; readonly begun: number; readonly said: string }> =>
  new Promise((resolve) => {
    const faults = mutant.faults.length > 0 ? mutant.faults.join() : 'none'
    const child = fork(
      new URL('mutantRun.ts', import.meta.url).pathname,
      [mutant.rule, faults, String(seedsMax), (mutant.more ?? []).join(), String(first)],
      {
        execArgv: ['--import', new URL('bend.ts', import.meta.url).href],
        env: { ...process.env, WORLD_MUTANT: mutant.name },
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      },
    )
    let noticed: number | undefined
    let begun = first
    let said = ''
    const giveUp = (): void => void child.kill('SIGKILL')
    let watch = setTimeout(giveUp, worldMaxMs)
    child.stderr?.on('data', (text: Buffer) => (said += text.toString()))
    child.on('message', (message) => {
      const { kind, seed } = message as Said
      clearTimeout(watch)
      watch = setTimeout(giveUp, worldMaxMs)
      if (kind === 'noticed') noticed = seed
      else begun = seed
    })
    child.on('exit', () => {
      clearTimeout(watch)
      resolve({ noticed, begun, said: said.slice(0, 2000) })
    })
  })

const chosen = rules.length > 0 ? mutants.filter(({ rule }) => rules.includes(rule)) : mutants
const waiting = [...chosen]
const found: Found[] = []
const work = async (): Promise<void> => {
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const one = await hunt(next)
    found.push(one)
    console.error(
      `${next.rule} ${one.seeds ?? 'survived'} ${Math.round(one.seconds)} s ${one.trouble.slice(0, 300)}`,
    )
  }
}
await Promise.all(Array.from({ length: workers }, work))

console.log('| mutant | rule | seeds | seconds |\n| --- | --- | --- | --- |')
for (const { mutant, seeds, seconds, trouble } of found.toSorted(
  (a, b) => chosen.indexOf(a.mutant) - chosen.indexOf(b.mutant),
)) {
  console.log(`| ${mutant.name} | ${mutant.rule} | ${seeds ?? 'SURVIVED'} | ${seconds.toFixed(1)} |`)
  if (seeds === undefined && trouble !== '') console.error(trouble)
}
process.exitCode = found.some(({ seeds }) => seeds === undefined) ? 1 : 0
