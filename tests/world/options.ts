import { type Fault, faults, isFault } from './faults.ts'
import { seededRandom } from './random.ts'
import type { WorldOptions } from './world.ts'

export interface RunOptions {
  readonly first: number
  readonly count: number
  readonly workers: number
  readonly steps: number
  readonly devices: number
  /** On the open lane. */
  readonly programs: number
  readonly openRoom: boolean
  /** Undefined: each seed draws its own from all of them. */
  readonly faults: readonly Fault[] | undefined
  readonly without: ReadonlySet<number>
  readonly lines: number
  /** How long a failure is made smaller. */
  readonly shrinkMs: number
  /** Each world twice, to see that it is the same. */
  readonly twice: boolean
}

const usage = `node tests/world/run.ts --seed N [--seeds K] [--steps S] [--devices D] [--programs P] [--open-room yes|no] [--faults a,b|all|none]
  [--workers W] [--without i,j] [--lines L] [--shrink seconds] [--twice yes]`

export const readOptions = (args: readonly string[]): RunOptions => {
  const given = new Map<string, string>()
  for (let at = 0; at < args.length; at += 2) {
    const name = args[at]?.replace(/^--/, '')
    const value = args[at + 1]
    if (name === undefined || value === undefined) throw new Error(usage)
    given.set(name, value)
  }
  const number = (name: string, otherwise: number): number => {
    const value = Number(given.get(name) ?? otherwise)
    if (!Number.isFinite(value)) throw new Error(usage)
    return value
  }
  const list = (name: string): readonly string[] =>
    (given.get(name) ?? '').split(',').filter((one) => one !== '')
  return {
    first: number('seed', 1),
    count: number('seeds', 1),
    workers: number('workers', 1),
    steps: number('steps', 300),
    devices: number('devices', 6),
    programs: number('programs', 0),
    openRoom: given.get('open-room') === 'yes',
    faults: given.has('faults') ? namedFaults(list('faults')) : undefined,
    without: new Set(list('without').map(Number)),
    lines: number('lines', 0),
    shrinkMs: number('shrink', 60) * 1000,
    twice: given.get('twice') === 'yes',
  }
}

const namedFaults = (names: readonly string[]): readonly Fault[] => {
  if (names.includes('all')) return faults
  if (names.includes('none')) return []
  const unknown = names.filter((name) => !isFault(name))
  if (unknown.length > 0) throw new Error(`no such fault: ${unknown.join(', ')}\n${faults.join(' ')}`)
  return names.filter(isFault)
}

/**
 * Each seed leaves some faults out: where everything happens at once, little gets far enough to be broken. Lies are rare,
 * for after a lie not much is left to be seen.
 */
export const faultsOf = (seed: number): ReadonlySet<Fault> => {
  const random = seededRandom(seed, 'faults')
  const lies = faults.filter((fault) => fault.startsWith('lie_'))
  const others = faults.filter((fault) => !fault.startsWith('lie_'))
  const chosen = others.filter((fault) => {
    switch (fault) {
      case 'server_restore':
      case 'server_clock':
      case 'long_offline':
        return random.chance(0.25)
      default:
        return random.chance(0.7)
    }
  })
  return new Set([...chosen, ...(random.chance(0.5) ? [random.pick(lies)] : [])])
}

export const worldOptions = (run: RunOptions, seed: number): WorldOptions => ({
  seed,
  steps: run.steps,
  devices: run.devices,
  programs: run.programs,
  openRoom: run.openRoom,
  faults: run.faults ? new Set(run.faults) : faultsOf(seed),
  without: run.without,
  roomsMax: 4,
  linesKept: run.lines,
})
