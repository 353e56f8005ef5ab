#!/usr/bin/env node
/**
 * The one way into the repository: `node tools/run.mjs <task> [arguments]`, what every npm script calls. Needs
 * nothing installed and parses on Node 18: brings a supported Node where the machine's own is too old, installs what
 * the lock file says, then does the task.
 */
import { goOnWithoutTerminal } from './ending.mjs'
import { systemFault } from './installFault.mjs'
import { supportsNode, underSupportedNode } from './runtime.mjs'
import { installPackages } from './packages.mjs'
import { Refusal, say } from './say.mjs'

const tasks = {
  start: () => import('./tasks/start.mjs'),
  build: () => import('./tasks/build.mjs'),
  test: () => import('./tasks/test.mjs'),
  vitest: () => import('./tasks/vitest.mjs'),
  journeys: () => import('./tasks/journeys.mjs'),
  dev: () => import('./tasks/dev.mjs'),
  check: () => import('./tasks/check.mjs'),
  vectors: () => import('./tasks/vectors.mjs'),
  bench: () => import('./tasks/bench.mjs'),
  world: () => import('./tasks/world.mjs'),
  'world:mutants': () => import('./tasks/mutants.mjs'),
  chaos: () => import('./tasks/chaos.mjs'),
  crowd: () => import('./tasks/crowd.mjs'),
  fuzz: () => import('./tasks/fuzz.mjs'),
  siege: () => import('./tasks/siege.mjs'),
  measure: () => import('./tasks/measure.mjs'),
}

/** Words of a task. A `--` before them is npm's, which takes it away itself: to a task it would make words of options. */
const wordsOf = (args) => (args[0] === '--' ? args.slice(1) : args)

const main = async () => {
  const [name, ...given] = process.argv.slice(2)
  if (!name || !Object.hasOwn(tasks, name))
    throw new Refusal(`Usage: node tools/run.mjs ${Object.keys(tasks).join('|')} [arguments]`)
  if (name === 'start') goOnWithoutTerminal()
  if (!supportsNode(process.versions.node)) return underSupportedNode(process.argv.slice(1))
  await installPackages()
  const { run } = await tasks[name]()
  return run(wordsOf(given))
}

try {
  process.exitCode = (await main()) ?? 0
} catch (error) {
  const said = error instanceof Refusal ? error.message : systemFault(error)
  if (said === undefined) throw error
  say(said)
  process.exitCode = 1
}
