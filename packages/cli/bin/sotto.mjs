#!/usr/bin/env node
/** Starts `sotto`, under the project's own Node where the machine's is too old to run TypeScript. Parses on Node 18. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { withFrugalAllocator } from './allocator.mjs'
import { environmentHandedOn } from './handedOn.mjs'
import { ignoreHangup, signalsToEnd } from './hangup.mjs'

const [major, minor] = process.versions.node.split('.').map(Number)
const supported = major > 22 || (major === 22 && minor >= 18)

const runtime = fileURLToPath(
  new URL(
    `../../../tools/runtime/node_modules/node-${process.platform}-${process.arch}/bin/node`,
    import.meta.url,
  ),
)

const underRuntime = () => {
  const child = spawn(runtime, process.argv.slice(1), { stdio: 'inherit', env: environmentHandedOn() })
  for (const signal of signalsToEnd()) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}

/** SQLite and type stripping are marked experimental in the first lines of Node that have them. */
const hideExperimentalWarnings = () => {
  process.removeAllListeners('warning')
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') process.stderr.write(`${warning.name}: ${warning.message}\n`)
  })
}

/**
 * Halves the time to start. Not where Node would put it by itself, among the temporary files: whoever can write there
 * could put in other code.
 */
const keepCompiledCode = async () => {
  const { enableCompileCache } = await import('node:module')
  enableCompileCache(fileURLToPath(new URL('../../../node_modules/.cache/compiled', import.meta.url)))
}

ignoreHangup()
if (supported) {
  hideExperimentalWarnings()
  withFrugalAllocator(process.argv.slice(2))
  await keepCompiledCode()
  const { main } = await import('../src/main.ts')
  const code = await main(process.argv.slice(2))
  // What was read from may be open still: a terminal, a pipe without an end.
  process.exit(code)
} else if (existsSync(runtime)) {
  underRuntime()
} else {
  process.stderr.write(
    `sotto needs Node.js 22.18 or newer; this is ${process.versions.node}.\n` +
      'Install one from https://nodejs.org, or run npm start once, which brings one along.\n',
  )
  process.exitCode = 1
}
