import { loadVectors } from './load.ts'
import { registry } from './registry.ts'

/** Prints one line per file, e.g. `tree-math.json passed 10 failed 0`; fails if any case does. */
let anyFailed = false

for (const { file, run } of registry) {
  const vectors = loadVectors(file)
  if (!vectors) {
    console.log(`${file} absent`)
    continue
  }
  let passed = 0
  const failures: string[] = []
  for (const [index, vector] of vectors.entries()) {
    try {
      await run(vector)
      passed += 1
    } catch (error) {
      failures.push(`  case ${index}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  console.log(`${file} passed ${passed} failed ${failures.length}`)
  for (const failure of failures) console.log(failure)
  anyFailed ||= failures.length > 0
}

process.exitCode = anyFailed ? 1 : 0
