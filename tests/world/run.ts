import { fork } from 'node:child_process'
import { readOptions, type RunOptions, worldOptions } from './options.ts'
import { shrink } from './shrink.ts'
import { type Outcome, runWorld, type Stats, type WorldOptions } from './world.ts'

/**
 * Runs worlds, one per seed. Prints for each that breaks a rule one line by which it can be repeated, and the smallest
 * scenario that was found; at the end what has happened in all of them.
 */
interface Result {
  readonly seed: number
  readonly hash: string
  readonly violations: Outcome['violations']
  readonly stats: Stats
  readonly ms: number
}

const runSeed = async (run: RunOptions, seed: number): Promise<Result> => {
  const started = performance.now()
  const options = worldOptions(run, seed)
  const outcome = await outcomeOf(options)
  const again = run.twice ? await outcomeOf(options) : outcome
  const violations =
    again.hash === outcome.hash
      ? outcome.violations
      : [...outcome.violations, { rule: 'I18', what: `${outcome.hash} and then ${again.hash}` }]
  const ms = Math.round(performance.now() - started)
  if (violations.length > 0) await report(run, options, { ...outcome, violations })
  else if (run.count === 1)
    console.log(`seed ${seed} ${outcome.hash} ${ms} ms ${JSON.stringify(outcome.stats)}`)
  return { seed, hash: outcome.hash, violations, stats: outcome.stats, ms }
}

const noStats: Stats = {
  messages: 0,
  acked: 0,
  decrypts: 0,
  reacted: 0,
  crashes: 0,
  unreadable: 0,
  spoiled: 0,
  missed: 0,
  laneAcked: 0,
  laneShown: 0,
  events: 0,
  refusals: {},
  frozen: {},
}

/** A world that does not come to its end has broken something too. */
const outcomeOf = async (options: WorldOptions): Promise<Outcome> =>
  runWorld(options).catch((error: unknown) => ({
    seed: options.seed,
    hash: '',
    violations: [
      { rule: 'world', what: error instanceof Error ? (error.stack ?? error.message) : String(error) },
    ],
    stats: noStats,
    lines: [],
  }))

const commandOf = (options: WorldOptions): string => {
  const faults = [...options.faults]
  const without = [...(options.without ?? [])]
  return [
    `node tests/world/run.ts --seed ${options.seed} --steps ${options.steps} --devices ${options.devices}`,
    `--programs ${options.programs ?? 0} --open-room ${options.openRoom ? 'yes' : 'no'}`,
    `--faults ${faults.length > 0 ? faults.join() : 'none'}`,
    ...(without.length > 0 ? [`--without ${without.join()}`] : []),
  ].join(' ')
}

const violationsShown = 12

const report = async (run: RunOptions, options: WorldOptions, outcome: Outcome): Promise<void> => {
  const lines = [`BROKEN ${commandOf(options)}`]
  for (const { rule, what } of outcome.violations.slice(0, violationsShown)) lines.push(`  ${rule} ${what}`)
  if (outcome.violations.length > violationsShown)
    lines.push(`  and ${outcome.violations.length - violationsShown} more`)
  if (run.shrinkMs > 0 && options.without?.size === 0) {
    const { options: smaller, outcome: smallest } = await shrink(
      { ...options, linesKept: 400 },
      outcome,
      run.shrinkMs,
    )
    const steps = options.steps - (smaller.without?.size ?? 0)
    lines.push(
      `  smallest: ${steps} steps, ${[...smaller.faults].join() || 'no faults'}, ${smallest.violations.length} violations`,
    )
    const [first] = smallest.violations
    if (first) lines.push(`  ${first.rule} ${first.what}`)
    for (const line of smallest.lines
      .filter((text) => / step | is asked to | did |crash|entry|stops|opens/.test(text))
      .slice(-60))
      lines.push(`    ${line}`)
  }
  if (run.lines > 0) lines.push(...outcome.lines)
  console.log(lines.join('\n'))
}

const summary = (results: readonly Result[], run: RunOptions, seconds: number): string => {
  const sum = (value: (result: Result) => number): number => results.reduce((all, one) => all + value(one), 0)
  const frozen = new Map<string, number>()
  for (const { stats } of results)
    for (const [code, count] of Object.entries(stats.frozen))
      frozen.set(code, (frozen.get(code) ?? 0) + count)
  const broken = results.filter(({ violations }) => violations.length > 0).length
  return [
    `seeds ${results.length}`,
    `steps ${results.length * run.steps}`,
    `devices ${run.devices}`,
    `events ${sum(({ stats }) => stats.events)}`,
    `messages acked ${sum(({ stats }) => stats.acked)}`,
    `decrypts ${sum(({ stats }) => stats.decrypts)}`,
    `reacted ${sum(({ stats }) => stats.reacted)}`,
    `crashes ${sum(({ stats }) => stats.crashes)}`,
    `missed and said so ${sum(({ stats }) => stats.missed)}`,
    `of programs acked ${sum(({ stats }) => stats.laneAcked)} shown ${sum(({ stats }) => stats.laneShown)}`,
    `frozen ${[...frozen].map(([code, count]) => `${code} ${count}`).join(', ') || 'none'}`,
    `spoiled by liars ${sum(({ stats }) => stats.spoiled)}`,
    `undecryptable ${sum(({ stats }) => stats.unreadable)}${seedsWith(results, ({ unreadable }) => unreadable > 0)}`,
    `violations ${broken}`,
    `seconds ${Math.round(seconds)}`,
  ].join(' · ')
}

const seedsWith = (results: readonly Result[], isMeant: (stats: Stats) => boolean): string => {
  const seeds = results.flatMap(({ seed, stats }) => (isMeant(stats) ? [seed] : []))
  return seeds.length > 0 ? ` (seeds ${seeds.join(', ')})` : ''
}

const seedsOf = (run: RunOptions, worker: number): readonly number[] =>
  Array.from({ length: run.count }, (_, at) => run.first + at).filter((_, at) => at % run.workers === worker)

const runAll = async (run: RunOptions): Promise<readonly Result[]> => {
  if (run.workers <= 1) {
    const results: Result[] = []
    for (const seed of seedsOf(run, 0)) results.push(await runSeed(run, seed))
    return results
  }
  const results = await Promise.all(
    Array.from(
      { length: run.workers },
      (_, worker) =>
        new Promise<readonly Result[]>((resolve, reject) => {
          const done: Result[] = []
          const child = fork(import.meta.filename, process.argv.slice(2), {
            env: { ...process.env, WORLD_WORKER: String(worker) },
          })
          child.on('message', (result) => done.push(result as Result))
          child.on('exit', (code) =>
            code === 0 ? resolve(done) : reject(new Error(`worker ${worker} ended with ${code}`)),
          )
        }),
    ),
  )
  return results.flat().toSorted((a, b) => a.seed - b.seed)
}

const run = readOptions(process.argv.slice(2))
const worker = process.env['WORLD_WORKER']
if (worker === undefined) {
  const started = performance.now()
  const results = await runAll(run)
  if (run.count > 1) console.log(summary(results, run, (performance.now() - started) / 1000))
  process.exitCode = results.some(({ violations }) => violations.length > 0) ? 1 : 0
} else for (const seed of seedsOf(run, Number(worker))) process.send?.(await runSeed(run, seed))
