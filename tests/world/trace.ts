import { createHash } from 'node:crypto'

/** Everything that happens, one line after the other, and the hash of all of it. */
export interface Trace {
  note(...parts: readonly (string | number | Uint8Array)[]): void
  hash(): string
  events(): number
  /** The last lines, for whoever looks for what went wrong. */
  readonly lines: string[]
}

const short = (part: string | number | Uint8Array): string =>
  part instanceof Uint8Array ? Buffer.from(part.subarray(0, 6)).toString('hex') : String(part)

export const makeTrace = (nowMs: () => number, linesKept: number): Trace => {
  const hash = createHash('sha256')
  const lines: string[] = []
  let events = 0
  return {
    lines,
    note: (...parts) => {
      events += 1
      hash.update(`\n${nowMs()}`)
      for (const part of parts) {
        hash.update(part instanceof Uint8Array ? part : ` ${part}`)
      }
      if (linesKept === 0) return
      lines.push(`${(nowMs() % 1e9).toFixed(0)} ${parts.map(short).join(' ')}`)
      if (lines.length > 2 * linesKept) lines.splice(0, lines.length - linesKept)
    },
    hash: () => hash.copy().digest('hex').slice(0, 32),
    events: () => events,
  }
}
