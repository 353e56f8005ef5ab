import { join } from 'node:path'
import { captureChild, root } from '../child.mjs'
import { codeOfSignal, endedBy, heedSignals } from '../ending.mjs'
import { say, timed } from '../say.mjs'

const bin = (path) => join(root, 'node_modules', path)

const checks = [
  { name: 'types', args: [bin('typescript/bin/tsc'), '-b'] },
  { name: 'lint', args: [bin('oxlint/bin/oxlint'), '--deny-warnings'] },
  { name: 'format', args: [bin('oxfmt/bin/oxfmt'), '--check'] },
  { name: 'dead code', args: [bin('knip/bin/knip.js'), '--no-progress'] },
  { name: 'lock file', args: [join(root, 'tools/lock-check.mjs')] },
]

const outcomeOf = async ({ name, args }) => {
  const startedMs = Date.now()
  const { code, output } = await captureChild(process.execPath, args)
  const verdict = code === 0 ? 'ok  ' : endedBy() ? 'cut ' : 'FAIL'
  say(`${verdict} ${name} (${((Date.now() - startedMs) / 1000).toFixed(1)} s)`)
  return { code, output }
}

/** Types, lint, format, dead code and the lock file, all at once. */
export const run = () =>
  timed('Checking', async () => {
    heedSignals()
    const outcomes = await Promise.all(checks.map(outcomeOf))
    const signal = endedBy()
    if (signal) return codeOfSignal(signal)
    const failed = outcomes.filter(({ code }) => code !== 0)
    for (const { output } of failed) process.stdout.write(`\n${output}\n`)
    return failed.length > 0 ? 1 : 0
  })
