/**
 * `node tests/fuzz/run.ts --seconds N [--target name] [--seed S] [--quiet]`: fuzzes every reader of bytes from outside, or those
 * whose name contains `name`, for N seconds of the processor, guided by what of our own code has run. Prints what it has
 * done, and each finding in a form that goes into `regressions/`. Ends with 1 if there was any.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { parseArgs } from 'node:util'
import type { Report } from './fuzz.ts'
import { targets } from './targets.ts'
import type { Order, Told } from './worker.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    target: { type: 'string', default: '' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    quiet: { type: 'boolean', default: false },
  },
})
const [seconds, seed] = [Number(values.seconds), Number(values.seed)]
if (!(seconds > 0) || !Number.isSafeInteger(seed)) throw new Error('--seconds N [--target name] [--seed S]')

const chosen = targets.filter(({ name }) => name.includes(values.target))
if (chosen.length === 0) throw new Error(`no target is called ${values.target}`)

/** Of the process that fuzzes: enough for its own work, and far too little for what lengths in hostile bytes say. */
const heapMbMax = 192

const start = (): Promise<ChildProcess> =>
  new Promise((resolve, reject) => {
    const child = fork(new URL('worker.ts', import.meta.url), {
      execArgv: [`--max-old-space-size=${heapMbMax}`, '--disable-warning=ExperimentalWarning'],
    })
    child.once('message', () => resolve(child))
    child.once('exit', (code) => reject(new Error(`a worker ended with ${code}`)))
  })

/** A process that shares its processor takes so many times as long. */
const slowestFactor = 8

/** The report, or null where the process did not live to give one. */
const ask = (child: ChildProcess, order: Order): Promise<Report | null> =>
  new Promise((resolve) => {
    const hung = setTimeout(() => child.kill('SIGKILL'), slowestFactor * order.ms + 60_000)
    const end = (report: Report | null): void => {
      clearTimeout(hung)
      child.off('message', hear)
      child.off('exit', die)
      resolve(report)
    }
    const hear = (told: Told): void => {
      if (told.kind === 'report') end(told.report)
    }
    const die = (): void => end(null)
    child.on('message', hear)
    child.once('exit', die)
    child.send(order)
  })

const ms = (seconds * 1000) / chosen.length
let findings = 0
let executions = 0
const began = performance.now()
let child = await start()
process.stdout.write(`${chosen.length} targets, ${Math.round(ms)} ms each, seed ${seed}\n`)
for (const { name } of chosen) {
  const report = await ask(child, { target: name, seed, ms })
  if (!report) {
    findings++
    process.stdout.write(
      `${name}: hung, or took more than ${heapMbMax} MB; again with --target '${name}' --seed ${seed}\n`,
    )
    child = await start()
    continue
  }
  executions += report.executions
  findings += report.findings.length
  const rate = Math.round((report.executions / ms) * 1000)
  if (!values.quiet || report.findings.length > 0)
    process.stdout.write(
      `${name}: ${report.executions} executions, ${rate}/s, corpus ${report.corpus}, ${report.features} blocks\n`,
    )
  for (const finding of report.findings) process.stdout.write(`  ${JSON.stringify(finding)}\n`)
}
child.kill()
const took = (performance.now() - began) / 1000
process.stdout.write(
  `${executions} executions in ${Math.round(took)} s, ${Math.round(executions / took)}/s, ${findings} findings\n`,
)
process.exitCode = findings > 0 ? 1 : 0
