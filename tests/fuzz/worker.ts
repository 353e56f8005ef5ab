/**
 * Fuzzes in a process whose heap has a bound: what would need more memory ends it, and that is a finding, too. Tells
 * by messages, so that the input under way is known when the process is gone.
 */
import { startCoverage } from './coverage.ts'
import { fuzz, type Report } from './fuzz.ts'
import { targets } from './targets.ts'

export interface Order {
  readonly target: string
  readonly seed: number
  /** Of the processor: as much is tried, whatever else the machine does. */
  readonly ms: number
}

export type Told = { readonly kind: 'ready' } | { readonly kind: 'report'; readonly report: Report }

const tell = (told: Told): void => void process.send?.(told)

const usedMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

const coverage = await startCoverage()

process.on('message', ({ target: name, seed, ms }: Order) => {
  const target = targets.find((one) => one.name === name)
  if (!target) throw new Error(`no target ${name}`)
  const endMs = usedMs() + ms
  void fuzz(target, { seed, coverage, isOver: () => usedMs() >= endMs }).then((report) =>
    tell({ kind: 'report', report }),
  )
})

tell({ kind: 'ready' })
